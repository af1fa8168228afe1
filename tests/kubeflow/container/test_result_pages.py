"""Metrics and the confusion matrix have the form that KFP's pages read."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from components.reporter.files import PAGE
from kubeflow.container import result_pages
from kubeflow.container.artifacts import Task
from newsdesk.evaluation import decision
from newsdesk.evaluation.decision import Decision
from newsdesk.evaluation.prediction_file import FILE

LABELS = ["World", "Sports", "Business"]
ROWS = [(0, 0), (0, 0), (0, 2), (1, 1), (2, 1), (2, 2)]


@pytest.fixture
def predictions(tmp_path: Path) -> Path:
    """A RowPredictions artifact."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    label, predicted = zip(*ROWS, strict=True)
    table = pa.table({"label": list(label), "predicted": list(predicted)})
    pq.write_table(table, tmp_path / FILE)
    return tmp_path


def _task(tmp_path: Path, **outputs: str) -> Task:
    class Artifact:
        def __init__(self, uri: str) -> None:
            self.uri = uri

    return Task(
        inputs={},
        outputs={name: [Artifact(uri)] for name, uri in outputs.items()},
        properties={},
        output_file=tmp_path / "output.json",
        addresses={name: f"s3://b/{name}" for name in ("confusion_matrix", "metrics")},
    )


def _shown(task: Task) -> Any:
    task.outputs = {}
    task.write()
    return json.loads(task.output_file.read_text())["artifacts"]


def test_the_confusion_matrix_equals_that_of_the_sdk(
    predictions: Path, tmp_path: Path
) -> None:
    from kfp import dsl

    task = _task(tmp_path, predictions=str(predictions))
    result_pages.fill("Predictions", task, LABELS)
    (shown,) = _shown(task)["confusion_matrix"]["artifacts"]
    theirs = dsl.ClassificationMetrics(name="x", uri="x")
    # True classes are rows: one World was predicted as Business.
    theirs.log_confusion_matrix(LABELS, [[2, 0, 1], [0, 1, 0], [0, 1, 1]])
    assert shown["metadata"] == theirs.metadata
    assert shown["uri"] == "s3://b/confusion_matrix"


def test_a_class_without_rows_and_predictions_still_has_a_row(
    predictions: Path,
) -> None:
    matrix = result_pages.confusion_matrix(predictions, [*LABELS, "Sci/Tech"])
    assert matrix["rows"][3] == {"row": [0.0, 0.0, 0.0, 0.0]}
    assert [row["row"][3] for row in matrix["rows"]] == [0.0] * 4


def test_metrics_are_finite_numbers(tmp_path: Path) -> None:
    figures = {
        "accuracy": 0.92413793,
        "rows": 237.0,
        "f1/World": 1 / 3,
        "loss": math.nan,
    }
    before = {"accuracy": 0.9, "rows": 237.0}
    decision.write(Decision(metrics=figures, baseline_metrics=before), tmp_path)
    task = _task(tmp_path, evaluation=str(tmp_path))
    result_pages.fill("Evaluator", task, LABELS)
    (shown,) = _shown(task)["metrics"]["artifacts"]
    assert shown["metadata"] == {
        "accuracy": 0.924138,
        "accuracy/in service": 0.9,
        "rows": 237.0,
        "f1/World": 0.333333,
    }


@pytest.mark.parametrize("is_written", [True, False])
def test_the_page_of_the_report_is_a_file_of_its_own(
    tmp_path: Path, is_written: bool
) -> None:
    (tmp_path / "report").mkdir()
    if is_written:
        (tmp_path / "report" / PAGE).write_text("<!doctype html>")
    task = _task(tmp_path, report=str(tmp_path / "report"))
    task.addresses["page"] = str(tmp_path / "shown" / "page")
    result_pages.fill("Reporter", task, [])
    shown = tmp_path / "shown" / "page"
    assert shown.is_file() == is_written
    assert set(task.views) == ({"page"} if is_written else set())


def test_every_view_has_a_type_of_kfp() -> None:
    from kfp import dsl

    kinds = (dsl.Metrics, dsl.ClassificationMetrics, dsl.HTML)
    known = {kind.schema_title for kind in kinds}
    assert {
        kind for node in result_pages.VIEWS.values() for kind in node.values()
    } == known
