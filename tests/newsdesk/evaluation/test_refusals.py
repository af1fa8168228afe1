"""The Evaluator refuses a worse model, and the refusal names the values."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from newsdesk.config.sections import Config
from newsdesk.evaluation import results
from newsdesk.evaluation.refusals import refusals
from newsdesk.evaluation.thresholds import eval_config
from pipeline.local import node_results
from tests.support.tiny_models import LABELS, examples, model

pytestmark = pytest.mark.slow
ROWS = 200


class Outcome(NamedTuple):
    """The results of the Evaluator."""

    blessed: bool
    refusals: list[str]
    metrics: dict[str, float]
    baseline: dict[str, float]


@pytest.fixture
def actual() -> np.ndarray:
    return np.arange(ROWS) // 4 % 4


@pytest.fixture
def judge(
    tmp_path: Path, make_config: Callable[..., Config], actual: np.ndarray
) -> Callable[..., Outcome]:
    """Runs TFX's Evaluator as the graph does, on the predictions of two models."""

    def run(
        candidate: np.ndarray, baseline: np.ndarray | None = None, **limits: float
    ) -> Outcome:
        from tfx.components.evaluator.executor import Executor
        from tfx.types import standard_artifacts
        from tfx.utils import proto_utils

        config = make_config(
            evaluation=limits, data={"slice_columns": ["source"], "labels": LABELS}
        )
        inputs = {
            "examples": [examples(actual, tmp_path / "examples")],
            "model": [model(candidate, tmp_path / "candidate")],
            "baseline_model": (
                [model(baseline, tmp_path / "baseline")] if baseline is not None else []
            ),
        }
        evaluation = standard_artifacts.ModelEvaluation()
        evaluation.uri = str(tmp_path / "evaluation")
        blessing = standard_artifacts.ModelBlessing()
        blessing.uri = str(tmp_path / "blessing")
        Executor().Do(
            inputs,
            {"evaluation": [evaluation], "blessing": [blessing]},
            {
                "eval_config": proto_utils.proto_to_json(eval_config(config)),
                "example_splits": '["test"]',
            },
        )
        blessed = node_results.is_blessed(blessing.uri)
        return Outcome(
            blessed,
            [] if blessed else refusals(evaluation.uri, LABELS, "12"),
            results.metrics(evaluation.uri, LABELS),
            results.metrics(evaluation.uri, LABELS, of_baseline=True),
        )

    return run


def _wrong(actual: np.ndarray, rows: slice | np.ndarray) -> np.ndarray:
    predicted = actual.copy()
    predicted[rows] = (predicted[rows] + 1) % 4
    return predicted


def test_as_good_as_the_model_in_service_is_blessed(
    judge: Callable[..., Outcome], actual: np.ndarray
) -> None:
    outcome = judge(_wrong(actual, slice(0, 18)), _wrong(actual, slice(2, 20)))
    assert outcome.blessed, outcome.refusals
    assert outcome.metrics["accuracy"] == pytest.approx(0.91)
    assert outcome.baseline["accuracy"] == pytest.approx(0.91)


def test_without_a_baseline_absolute_thresholds_decide(
    judge: Callable[..., Outcome], actual: np.ndarray
) -> None:
    outcome = judge(_wrong(actual, slice(0, 80)))
    assert outcome.blessed
    assert outcome.baseline == {}


def test_without_a_baseline_a_bad_model_is_refused(
    judge: Callable[..., Outcome], actual: np.ndarray
) -> None:
    outcome = judge(_wrong(actual, slice(0, 120)))
    assert outcome.refusals == ["accuracy 0.4000 is below evaluation.min_accuracy 0.5"]


def test_a_drop_names_both_values_and_the_version(
    judge: Callable[..., Outcome], actual: np.ndarray
) -> None:
    outcome = judge(
        _wrong(actual, slice(0, 200, 10)), _wrong(actual, slice(0, 200, 20))
    )
    assert not outcome.blessed
    assert (
        "accuracy 0.9000 is more than 0.01 below the 0.9500 of version 12 in service "
        "(evaluation.max_drop)"
    ) in outcome.refusals


def test_a_drop_of_exactly_the_limit_is_accepted(
    judge: Callable[..., Outcome], actual: np.ndarray
) -> None:
    outcome = judge(
        _wrong(actual, slice(0, 200, 10)),
        _wrong(actual, slice(20, 200, 10)),
        max_drop=0.01,
        max_slice_drop=1.0,
        max_class_drop=1.0,
    )
    assert [one for one in outcome.refusals if one.startswith("accuracy")] == []


def test_a_ruined_class_is_refused_even_if_the_accuracy_is_kept(
    judge: Callable[..., Outcome], actual: np.ndarray
) -> None:
    sports = np.flatnonzero(actual == 1)
    others = np.flatnonzero(actual != 1)
    outcome = judge(
        _wrong(actual, sports[:20]), _wrong(actual, others[:20]), max_drop=0.2
    )
    assert outcome.metrics["accuracy"] == outcome.baseline["accuracy"]
    (refusal,) = [text for text in outcome.refusals if text.startswith("F1 of 'Sport")]
    assert refusal == (
        "F1 of 'Sports' 0.7619 is more than 0.05 below the 0.9286 of version 12 in "
        "service (evaluation.max_class_drop)"
    )


def test_a_ruined_slice_is_named(
    judge: Callable[..., Outcome], actual: np.ndarray
) -> None:
    outcome = judge(
        _wrong(actual, slice(0, 40, 4)), _wrong(actual, slice(1, 41, 4)), max_drop=0.2
    )
    assert outcome.refusals == [
        "accuracy in slice source='wire' 0.8000 is more than 0.05 below the 1.0000 of "
        "version 12 in service (evaluation.max_slice_drop)"
    ]


@pytest.mark.parametrize("compared", [False, True])
def test_one_nan_is_enough_to_be_refused(
    judge: Callable[..., Outcome], actual: np.ndarray, compared: bool
) -> None:
    candidate = actual.copy()
    candidate[7] = -1
    baseline = _wrong(actual, slice(0, 40)) if compared else None
    outcome = judge(candidate, baseline)
    assert outcome.refusals == [
        "loss nan is not finite: some probabilities of the model are NaN"
    ]


def test_a_class_without_rows_is_not_a_refusal(
    judge: Callable[..., Outcome], actual: np.ndarray
) -> None:
    actual[:] = actual % 3
    outcome = judge(actual, actual)
    assert outcome.blessed, outcome.refusals
