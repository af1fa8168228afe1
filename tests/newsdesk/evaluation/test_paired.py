"""Equal models are rarely refused, worse ones nearly always, at a linear cost."""

import numpy as np
import pytest
from sklearn import metrics as reference

from newsdesk.config.evaluation import Evaluation
from newsdesk.evaluation import decision
from newsdesk.evaluation.confusion import Counts
from newsdesk.evaluation.paired import accuracy_drop, f1_drops
from newsdesk.evaluation.tested_rows import Predicted, TestedRows

PAIRS, ROWS, CLASSES = 200, 2_000, 4


def _pair(random: np.random.Generator, loss: float) -> TestedRows:
    """Draws a model that has 90% of the rows right, and one that is worse by `loss`.

    5 to 10% of the rows are right in one of them only.
    """
    label = random.integers(0, CLASSES, ROWS)
    one_right = random.uniform(0.05, 0.1)
    lost, won = (one_right + loss) / 2, (one_right - loss) / 2
    both = 0.9 - lost
    kind = random.random(ROWS)
    was_right = kind < both + lost
    is_right = (kind < both) | ((kind >= both + lost) & (kind < both + lost + won))
    wrong = (label + random.integers(1, CLASSES, ROWS)) % CLASSES
    losses = np.full(ROWS, 0.1)
    return TestedRows(
        label,
        Predicted(np.where(is_right, label, wrong), losses),
        Predicted(np.where(was_right, label, wrong), losses),
    )


def _refused(loss: float) -> float:
    random = np.random.default_rng(16)
    labels = [str(name) for name in range(CLASSES)]
    decided = [
        decision.decide(_pair(random, loss), labels, Evaluation(), baseline="1")
        for _ in range(PAIRS)
    ]
    return sum(bool(each.refusals) for each in decided) / PAIRS


@pytest.mark.slow
def test_equal_models_are_refused_in_at_most_8_of_100_comparisons() -> None:
    assert 0 < _refused(0.0) <= 0.08


@pytest.mark.slow
def test_a_loss_of_2_points_is_refused_in_at_least_80_of_100_comparisons() -> None:
    assert _refused(0.02) >= 0.8


@pytest.mark.parametrize(
    ("lost", "won", "expected"),
    [(10, 0, 2**-10), (0, 10, 1.0), (5, 5, 0.623046875), (0, 0, 1.0)],
)
def test_few_discordant_rows_are_tested_exactly(
    lost: int, won: int, expected: float
) -> None:
    was_right = np.repeat([True, False, True], [lost, won, 50])
    is_right = np.repeat([False, True, True], [lost, won, 50])
    assert accuracy_drop(was_right, is_right).p_value == pytest.approx(expected)


def test_many_discordant_rows_give_nearly_the_same_probability() -> None:
    from scipy import stats

    was_right = np.repeat([True, False], [5_100, 4_900])
    drop = accuracy_drop(was_right, ~was_right)
    exact = stats.binomtest(5_100, 10_000, alternative="greater").pvalue
    assert drop.p_value == pytest.approx(exact, rel=1e-3)


@pytest.mark.slow
def test_standard_errors_are_those_of_drawing_rows_again() -> None:
    rows = _pair(np.random.default_rng(5), 0.02)
    assert rows.baseline
    before, now = rows.baseline.classes, rows.candidate.classes
    drops = f1_drops(rows.label, before, now, CLASSES)
    random = np.random.default_rng(1)
    drawn = []
    for _ in range(300):
        some = random.integers(0, ROWS, ROWS)
        figures = [
            reference.f1_score(rows.label[some], of[some], average="macro")
            for of in (before, now)
        ]
        drawn.append(figures[0] - figures[1])
    assert drops.macro.error == pytest.approx(np.std(drawn), rel=0.15)
    assert drops.macro.size == pytest.approx(
        reference.f1_score(rows.label, before, average="macro")
        - reference.f1_score(rows.label, now, average="macro")
    )


def test_counts_equal_scikit_learn() -> None:
    random = np.random.default_rng(7)
    label, predicted = random.integers(0, 5, 300), random.integers(0, 4, 300)
    counts = Counts.of(label, predicted, 6)
    precision, recall, f1, rows = reference.precision_recall_fscore_support(
        label, predicted, labels=range(6), zero_division=0
    )
    np.testing.assert_allclose(counts.precision, precision)
    np.testing.assert_allclose(counts.recall, recall)
    np.testing.assert_allclose(counts.f1, f1)
    np.testing.assert_array_equal(counts.actual, rows)
    assert counts.macro_f1 == pytest.approx(
        reference.f1_score(label, predicted, average="macro")
    )
