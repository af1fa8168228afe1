"""The Evaluator blesses what the rules accept, and TFMA loads its figures."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from newsdesk.config.beam import Beam
from newsdesk.config.sections import Config
from newsdesk.evaluation import decision
from newsdesk.evaluation.decision import Decision
from pipeline.beam import beam_args
from tests.support.tiny_models import LABELS, examples, model

pytestmark = pytest.mark.slow
ACTUAL = np.arange(200) // 4 % 4


class Outcome(NamedTuple):
    """The results of the node."""

    is_blessed: bool
    decided: Decision
    evaluation: str


@pytest.fixture
def evaluate(
    tmp_path: Path, make_config: Callable[..., Config]
) -> Callable[..., Outcome]:
    """Runs Predictions and Evaluator on models that predict the given classes."""

    def run(
        candidate: np.ndarray,
        baseline: np.ndarray | None = None,
        beam: Beam | None = None,
    ) -> Outcome:
        from tfx.components.util import model_utils
        from tfx.types import standard_artifacts
        from tfx.utils import proto_utils

        from components import evaluator, predictions
        from newsdesk.evaluation.tfma_config import eval_config

        config = make_config(data={"slice_columns": ["source"], "labels": LABELS})
        older = []
        if baseline is not None:
            older = [model(baseline, tmp_path / "baseline")]
            older[0].set_string_custom_property("version", "12")
        inputs = {
            "examples": [examples(ACTUAL, tmp_path / "examples")],
            "model": [model(candidate, tmp_path / "candidate")],
        }
        made: dict[str, Any] = {
            "predictions": predictions.RowPredictions(),
            "evaluation": standard_artifacts.ModelEvaluation(),
            "blessing": standard_artifacts.ModelBlessing(),
        }
        for name, artifact in made.items():
            artifact.uri = str(tmp_path / name)
        predictions.Executor().Do(
            inputs | {"baseline": older},
            {"predictions": [made["predictions"]]},
            {"split": "test", "slice_columns": '["source"]', "fingerprint": ""},
        )
        context = evaluator.Executor.Context(
            beam_pipeline_args=beam_args(beam or Beam()), tmp_dir=str(tmp_path / "tmp")
        )
        evaluator.Executor(context).Do(
            inputs | {"baseline_model": older, "predictions": [made["predictions"]]},
            {name: [made[name]] for name in ("evaluation", "blessing")},
            {
                "eval_config": proto_utils.proto_to_json(eval_config(config)),
                "example_splits": '["test"]',
                "limits": config.evaluation.model_dump_json(),
                "labels": json.dumps(LABELS),
            },
        )
        return Outcome(
            model_utils.is_model_blessed(made["blessing"]),
            decision.read(tmp_path / "evaluation"),
            made["evaluation"].uri,
        )

    return run


def _wrong(rows: slice) -> np.ndarray:
    predicted = ACTUAL.copy()
    predicted[rows] = (predicted[rows] + 1) % 4
    return predicted


def test_tfma_loads_the_figures_of_a_blessed_model(
    evaluate: Callable[..., Outcome],
) -> None:
    import tensorflow_model_analysis as tfma
    from sklearn.metrics import accuracy_score, f1_score

    predicted = _wrong(slice(0, 18))
    found = evaluate(predicted, _wrong(slice(2, 20)))
    assert found.is_blessed, found.decided.refusals
    result = tfma.load_eval_result(found.evaluation)
    overall = result.get_metrics_for_slice()
    for ours, theirs in {
        "accuracy": "sparse_categorical_accuracy",
        "loss": "sparse_categorical_crossentropy",
        "macro_f1": "macro_f1",
        "rows": "example_count",
    }.items():
        assert found.decided.metrics[ours] == pytest.approx(
            overall[theirs]["doubleValue"], rel=1e-5
        )
    assert found.decided.metrics["accuracy"] == accuracy_score(ACTUAL, predicted)
    assert found.decided.metrics["macro_f1"] == pytest.approx(
        f1_score(ACTUAL, predicted, average="macro")
    )
    slices = dict(result.slicing_metrics)
    assert len(slices) > 1
    rows = {
        key: of[""][""]["example_count"]["doubleValue"] for key, of in slices.items()
    }
    assert sum(rows.values()) == 2 * rows[()]


def test_a_worse_model_is_not_blessed(evaluate: Callable[..., Outcome]) -> None:
    found = evaluate(_wrong(slice(0, 40, 4)), _wrong(slice(1, 11, 4)))
    assert not found.is_blessed
    assert "version 12 in service" in found.decided.refusals[0]
    assert any("slice source='wire'" in text for text in found.decided.refusals)


def test_nan_is_not_blessed(evaluate: Callable[..., Outcome]) -> None:
    candidate = ACTUAL.copy()
    candidate[7] = -1
    found = evaluate(candidate)
    assert not found.is_blessed
    assert found.decided.refusals[0].startswith("loss nan is not finite")


def test_separate_workers_write_the_same_metrics(
    evaluate: Callable[..., Outcome],
) -> None:
    found = evaluate(ACTUAL, beam=Beam(runner="direct_multi", workers=2))
    assert found.is_blessed and found.decided.metrics["accuracy"] == 1
