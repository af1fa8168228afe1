"""A worse model is refused with figures and rows, and noise refuses no model."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from newsdesk.config.evaluation import Evaluation
from newsdesk.errors import DataError, ModelError
from newsdesk.evaluation import decision
from newsdesk.evaluation.decision import Decision
from newsdesk.evaluation.tested_rows import Predicted, TestedRows

LABELS = ["World", "Sports", "Business", "Sci/Tech"]
ROWS = 200
Judge = Callable[..., Decision]


@pytest.fixture
def actual() -> np.ndarray:
    return np.arange(ROWS) // 4 % 4


@pytest.fixture
def judge(actual: np.ndarray) -> Judge:
    """Decides on the predicted classes of a candidate and of older models."""

    def run(
        candidate: np.ndarray,
        baseline: np.ndarray | None = None,
        best: np.ndarray | None = None,
        source: np.ndarray | None = None,
        **limits: Any,
    ) -> Decision:
        if source is None:
            source = np.where(np.arange(len(actual)) % 4, "desk", "wire")
        rows = TestedRows(
            actual,
            _predicted(candidate),
            _predicted(baseline) if baseline is not None else None,
            _predicted(best) if best is not None else None,
            {"source": source.astype(object)},
        )
        return decision.decide(rows, LABELS, Evaluation(**limits), "12", "9")

    return run


def _predicted(classes: np.ndarray) -> Predicted:
    """-1 is the class of a row whose probabilities are NaN."""
    losses, confidences = np.where(classes < 0, np.nan, [[0.1], [0.9]])
    return Predicted(np.maximum(classes, 0), losses, confidences)


def _wrong(actual: np.ndarray, rows: slice | np.ndarray) -> np.ndarray:
    predicted = actual.copy()
    predicted[rows] = (predicted[rows] + 1) % 4
    return predicted


def test_as_good_as_the_model_in_service_is_accepted(
    judge: Judge, actual: np.ndarray
) -> None:
    decided = judge(_wrong(actual, slice(0, 18)), _wrong(actual, slice(2, 20)))
    assert decided.refusals == []
    assert decided.metrics["accuracy"] == pytest.approx(0.91)
    assert decided.baseline_metrics["accuracy"] == pytest.approx(0.91)


def test_without_a_baseline_absolute_limits_decide(
    judge: Judge, actual: np.ndarray
) -> None:
    assert judge(_wrong(actual, slice(0, 80))).refusals == []
    assert judge(_wrong(actual, slice(0, 120))).refusals == [
        "accuracy 0.4000 is below evaluation.min_accuracy 0.5, on 200 rows"
    ]


def test_macro_f1_and_loss_have_limits(judge: Judge, actual: np.ndarray) -> None:
    decided = judge(actual, min_macro_f1=0.5, max_loss=0.05)
    assert decided.refusals == [
        "loss 0.1000 is above evaluation.max_loss 0.05, on 200 rows"
    ]
    decided = judge(_wrong(actual, slice(0, 60)), min_macro_f1=0.9)
    assert decided.refusals[0].endswith(
        "below evaluation.min_macro_f1 0.9, on 200 rows"
    )


def test_the_calibration_error_has_a_limit(judge: Judge, actual: np.ndarray) -> None:
    # All answers have the probability 0.9.
    predicted = _wrong(actual, slice(0, 60))
    decided = judge(predicted, max_ece=0.15)
    assert decided.metrics["ece"] == pytest.approx(0.2)
    assert decided.refusals == [
        "calibration error (ECE) 0.2000 is above evaluation.max_ece 0.15, on 200 rows; "
        "add rows to the eval split, raise the limit, or set train.calibrate = true if "
        "it is off"
    ]
    assert judge(predicted, max_ece=0.2).refusals == []
    assert judge(predicted).refusals == []


def test_a_drop_names_figures_version_rows_and_rule(
    judge: Judge, actual: np.ndarray
) -> None:
    decided = judge(
        _wrong(actual, slice(0, 200, 10)), _wrong(actual, slice(0, 200, 20))
    )
    assert decided.refusals[0] == (
        "accuracy 0.9000 is 0.0500 below the 0.9500 of version 12 in service, on the "
        "same 200 rows (p = 0.00098; evaluation.max_drop)"
    )


def test_a_drop_that_chance_explains_is_accepted(
    judge: Judge, actual: np.ndarray
) -> None:
    # Above max_drop: 8 rows are lost, and 4 are won.
    now, before = _wrong(actual, slice(0, 8)), _wrong(actual, slice(20, 24))
    assert judge(now, before).refusals == []


@pytest.mark.parametrize("rows", [1, 2, 4, 8])
def test_a_handful_of_rows_is_not_evidence(rows: int) -> None:
    label = np.arange(rows) % 2
    tested = TestedRows(label, _predicted(label * 0), _predicted(label))
    limits = Evaluation(
        min_accuracy=0.1, min_class_recall=0.0, max_class_drop=0.0, min_class_rows=1
    )
    assert decision.decide(tested, ["a", "b"], limits, "12").refusals == []


def test_a_limit_of_1_turns_the_comparison_off(
    judge: Judge, actual: np.ndarray
) -> None:
    off = {"max_drop": 1.0, "max_class_drop": 1.0, "max_slice_drop": 1.0}
    assert judge(_wrong(actual, slice(0, 80)), actual, **off).refusals == []


def test_a_ruined_class_is_refused_even_if_the_accuracy_is_kept(
    judge: Judge, actual: np.ndarray
) -> None:
    sports, others = np.flatnonzero(actual == 1), np.flatnonzero(actual != 1)
    decided = judge(_wrong(actual, sports[:20]), _wrong(actual, others[:20]))
    assert decided.metrics["accuracy"] == decided.baseline_metrics["accuracy"]
    (refusal,) = [text for text in decided.refusals if text.startswith("F1 of 'Sport")]
    assert refusal.startswith(
        "F1 of 'Sports' 0.7619 is 0.1667 below the 0.9286 of version 12 in service, on "
        "the same 52 rows of the class (p "
    )
    assert refusal.endswith("; evaluation.max_class_drop 0.05)")


def test_a_class_of_few_rows_is_shown_and_does_not_decide(
    judge: Judge, actual: np.ndarray
) -> None:
    sports, others = np.flatnonzero(actual == 1), np.flatnonzero(actual != 1)
    now, before = _wrong(actual, sports[:20]), _wrong(actual, others[:20])
    decided = judge(now, before, min_class_rows=53, max_drop=1.0, max_slice_drop=1.0)
    assert decided.refusals == []
    assert any(
        text.startswith("F1 of 'Sports'") and text.endswith("too few rows to decide")
        for text in decided.shown
    )


def test_a_ruined_slice_is_named(judge: Judge, actual: np.ndarray) -> None:
    now, before = _wrong(actual, slice(0, 40, 4)), _wrong(actual, slice(1, 41, 4))
    assert judge(now, before, max_drop=0.2).refusals == [
        "accuracy in slice source='wire' 0.8000 is 0.2000 below the 1.0000 of version "
        "12 in service, on the same 50 rows of the slice (p = 0.00098; "
        "evaluation.max_slice_drop 0.05)"
    ]


def test_a_slice_column_without_values_is_a_refusal(
    judge: Judge, actual: np.ndarray
) -> None:
    nothing = np.full(ROWS, None, object)
    assert judge(actual, actual, source=nothing).refusals == [
        "no row has a value of source, so the models cannot be compared by it"
    ]


@pytest.mark.parametrize("compared", [False, True])
def test_one_nan_is_enough_to_be_refused(
    judge: Judge, actual: np.ndarray, compared: bool
) -> None:
    candidate = actual.copy()
    candidate[7] = -1
    decided = judge(candidate, _wrong(actual, slice(0, 40)) if compared else None)
    assert decided.refusals == [
        "loss nan is not finite: some probabilities of the model are NaN"
    ]


def test_a_class_without_rows_is_not_a_refusal(
    judge: Judge, actual: np.ndarray
) -> None:
    actual[:] = actual % 3
    assert judge(actual, actual).refusals == []


@pytest.mark.parametrize(("rows", "is_refused"), [(1, False), (2, False), (10, True)])
def test_a_model_that_never_says_spam_is_refused_if_there_are_enough_rows(
    rows: int, is_refused: bool
) -> None:
    label = np.zeros(500, np.int64)
    label[:rows] = 1
    tested = TestedRows(label, _predicted(np.zeros(500, np.int64)))
    decided = decision.decide(tested, ["ham", "spam"], Evaluation(min_accuracy=0.9))
    (sentence,) = decided.refusals if is_refused else decided.shown
    assert sentence.startswith(
        "recall of 'spam' 0.0000 is below evaluation.min_class_recall 0.01: the model "
        f"finds 0 of its {rows} row"
    )
    off = Evaluation(min_accuracy=0.9, min_class_recall=0.0)
    assert decision.decide(tested, ["ham", "spam"], off).refusals == []


def test_many_small_classes_may_be_missed_by_chance() -> None:
    labels = [f"class {n}" for n in range(400)]
    label = np.arange(2000) % 400
    missed = np.where(label < 3, 5, label)
    decided = decision.decide(
        TestedRows(label, _predicted(missed)), labels, Evaluation()
    )
    assert decided.refusals == []
    assert len(decided.shown) == 3


def test_small_losses_do_not_add_up(judge: Judge, actual: np.ndarray) -> None:
    now = _wrong(actual, slice(0, 10))
    before, best = _wrong(actual, slice(0, 7)), _wrong(actual, slice(0, 1))
    decided = judge(now, before, best)
    assert decided.refusals[0] == (
        "accuracy 0.9500 is 0.0450 below the 0.9950 of version 9, the best of the last "
        "20 pushes, on the same 200 rows (p = 0.002; evaluation.compare_with_last)"
    )
    assert judge(now, before).refusals == []


def test_the_most_accurate_version_is_compared_with_later_candidates(
    judge: Judge, actual: np.ndarray
) -> None:
    worse, worst = _wrong(actual, slice(0, 3)), _wrong(actual, slice(0, 5))
    assert judge(actual, worse).best is None
    assert judge(worse, actual).best == 12
    assert judge(worst, worse, actual).best == 9
    assert judge(actual, worse, actual).best is None


def test_without_rows_nothing_is_decided() -> None:
    empty = np.zeros(0, np.int64)
    with pytest.raises(DataError, match="the tested split is empty"):
        decision.decide(TestedRows(empty, _predicted(empty)), LABELS, Evaluation())


def test_a_decision_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = Decision(metrics={"loss": float("inf")}, refusals=["x"], best=3)
    decision.write(written, tmp_path)
    assert decision.read(tmp_path) == written


@pytest.mark.parametrize("content", [None, "{}", "no JSON"])
def test_a_damaged_decision_pushes_nothing(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / decision.FILE).write_text(content)
    with pytest.raises(ModelError, match="so the model is not pushed"):
        decision.read(tmp_path)
