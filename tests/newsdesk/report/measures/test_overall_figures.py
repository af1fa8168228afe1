"""Intervals are those of drawing rows again, and tests those of scipy."""

import math

import numpy as np
import pytest
from sklearn import metrics as reference

from newsdesk.evaluation.confusion import Array
from newsdesk.evaluation.tested import Tested
from newsdesk.report import measures
from newsdesk.report.content import Interval, Overall
from tests.support.tested import answers, make_rows

ROWS, CLASSES = 400, 5


def _drawn() -> Tested:
    random = np.random.default_rng(3)
    label = random.choice(CLASSES, ROWS, p=[0.4, 0.3, 0.2, 0.06, 0.04])

    def predicted(right: float) -> Array:
        other = (label + random.integers(1, CLASSES, ROWS)) % CLASSES
        return np.where(random.random(ROWS) < right, label, other)

    probabilities = answers(predicted(0.85), CLASSES)
    probabilities *= random.uniform(0.5, 1, (ROWS, CLASSES)).astype(np.float32)
    return make_rows(label, probabilities, predicted(0.7))


def _width(found: Interval | None) -> float:
    assert found
    assert found.low <= found.value <= found.high
    return found.high - found.low


@pytest.mark.slow
def test_intervals_are_those_of_drawing_rows_again() -> None:
    rows = _drawn()
    assert rows.baseline
    random = np.random.default_rng(1)
    drawn: dict[str, list[tuple[float, float]]] = {}
    for _ in range(300):
        some = random.integers(0, ROWS, ROWS)
        both = [rows.predicted[some], rows.baseline.classes[some]]
        right = [float((each == rows.label[some]).mean()) for each in both]
        f1 = [
            reference.f1_score(rows.label[some], each, average="macro") for each in both
        ]
        loss = [float(rows.loss[some].mean()), float(rows.baseline.losses[some].mean())]
        for name, pair in (("accuracy", right), ("macro F1", f1), ("loss", loss)):
            drawn.setdefault(name, []).append((pair[0], pair[1]))
    for found in measures.overall(rows):
        pairs = np.array(drawn[found.name])
        for interval, draws in (
            (found.candidate, pairs[:, 0]),
            (found.baseline, pairs[:, 1]),
            (found.change, pairs[:, 0] - pairs[:, 1]),
        ):
            assert interval
            low, high = np.quantile(draws, [0.025, 0.975])
            assert _width(interval) == pytest.approx(high - low, rel=0.2), found.name
            assert interval.value == pytest.approx(draws.mean(), abs=0.01), found.name


def test_values_are_those_of_scikit_learn() -> None:
    rows = _drawn()
    accuracy, f1, loss = measures.overall(rows)
    assert accuracy.candidate.value == reference.accuracy_score(
        rows.label, rows.predicted
    )
    assert f1.candidate.value == pytest.approx(
        reference.f1_score(rows.label, rows.predicted, average="macro")
    )
    assert loss.candidate.value == pytest.approx(rows.loss.mean())
    assert accuracy.change and f1.change and f1.baseline
    assert f1.change.value == pytest.approx(f1.candidate.value - f1.baseline.value)


@pytest.mark.parametrize(("lost", "won"), [(3, 12), (12, 3), (5, 5), (0, 0), (0, 9)])
def test_accuracy_is_compared_by_the_exact_test_of_mcnemar(lost: int, won: int) -> None:
    from scipy import stats

    label = np.zeros(60, np.int64)
    now = np.repeat([1, 0, 0], [lost, won, 60 - lost - won])
    before = np.repeat([0, 1, 0], [lost, won, 60 - lost - won])
    accuracy = measures.overall(make_rows(label, answers(now, 2), before))[0]
    exact = stats.binomtest(lost, lost + won).pvalue if lost + won else 1.0
    assert accuracy.p_value == pytest.approx(exact)
    assert accuracy.change
    assert accuracy.change.value == pytest.approx((won - lost) / 60)


def test_equal_models_do_not_differ() -> None:
    rows = _drawn()
    same = make_rows(rows.label, rows.probabilities, rows.predicted)
    assert same.baseline
    np.copyto(same.baseline.losses, same.loss)
    for found in measures.overall(same):
        assert found.change == Interval(value=0, low=0, high=0)
        assert found.p_value == 1


def test_a_clear_difference_is_significant() -> None:
    for found in measures.overall(_drawn())[:2]:
        assert found.change and found.p_value is not None
        assert found.change.low > 0 or found.change.high < 0
        assert found.p_value < 0.01


def test_the_same_rows_give_the_same_figures() -> None:
    assert measures.overall(_drawn()) == measures.overall(_drawn())


def test_the_figure_is_inside_its_interval_if_classes_have_few_rows() -> None:
    random = np.random.default_rng(5)
    label = np.repeat(np.arange(200), 3)
    predicted = np.where(random.random(600) < 0.8, label, random.integers(0, 200, 600))
    f1 = measures.overall(make_rows(label, answers(predicted, 200)))[1].candidate
    assert f1.low < f1.value - 0.02 and f1.value + 0.02 < f1.high


def test_rows_that_are_all_right_have_the_exact_interval() -> None:
    # The bounds of Clopper and Pearson for 10 of 10.
    right = measures.overall(make_rows([0] * 10, answers([0] * 10, 2)))[0].candidate
    assert (right.value, right.high) == (1, 1)
    assert right.low == pytest.approx(0.6915, abs=1e-4)
    wrong = measures.overall(make_rows([0] * 10, answers([1] * 10, 2)))[0].candidate
    assert (wrong.value, wrong.low) == (0, 0)
    assert wrong.high == pytest.approx(0.3085, abs=1e-4)


def test_one_row() -> None:
    accuracy, _, loss = measures.overall(make_rows([0], [[0.9, 0.1]], [1]))
    assert accuracy.candidate.low == pytest.approx(0.025)
    assert accuracy.p_value == 1
    assert loss.candidate.low == pytest.approx(loss.candidate.high)


def test_a_probability_that_is_not_finite() -> None:
    rows = make_rows([0, 1], [[math.nan, math.nan], [0.2, 0.8]], [0, 0])
    _, _, loss = measures.overall(rows)
    assert math.isnan(loss.candidate.value)
    assert loss.change and math.isnan(loss.change.low)
    assert loss.p_value is None
    assert '"NaN"' in Overall.model_dump_json(loss)


def test_no_rows() -> None:
    assert measures.overall(make_rows([], np.empty((0, 2)))) == []
