"""Gives KFP's pages the metrics, the confusion matrix and the report of a run."""

import math
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.reporter.files import PAGE
from kubeflow.container.artifacts import Task
from kubeflow.container.local_paths import empty, local

# The outputs that compiling adds to a node, and KFP's type of each.
VIEWS: dict[str, dict[str, str]] = {
    "Evaluator": {"metrics": "system.Metrics"},
    "Predictions": {"confusion_matrix": "system.ClassificationMetrics"},
    "Reporter": {"page": "system.HTML"},
}
NEED_LABELS = ("Predictions",)
# Also shown for the model in service, which was evaluated on the same rows.
_COMPARED = ("accuracy", "macro_f1", "loss")


def fill(node: str, task: Task, labels: list[str]) -> None:
    """Fills the outputs of a node that KFP's pages show.

    Args:
        node: the id of a node whose executor has ended.
        task: the task of the node.
        labels: the names of the classes, in the order of their numbers.
    """
    if node == "Evaluator":
        task.show("metrics", **_metrics(Path(task.outputs["evaluation"][0].uri)))
    elif node == "Predictions":
        matrix = confusion_matrix(Path(task.outputs["predictions"][0].uri), labels)
        task.show("confusion_matrix", confusionMatrix=matrix)
    elif node == "Reporter":
        _show_page(task)


def confusion_matrix(predictions: Path, labels: list[str]) -> Mapping[str, Any]:
    """Counts the predicted classes for the rows of each true class.

    Args:
        predictions: the folder of a RowPredictions artifact.
        labels: the names of the classes, in the order of their numbers.

    Returns:
        A confusion matrix of `system.ClassificationMetrics`: true classes are rows.
    """
    import numpy as np

    from newsdesk.evaluation.prediction_file import FILE
    from newsdesk.rows.parquet_opener import open_parquet

    table = open_parquet(predictions / FILE).read(columns=["label", "predicted"])
    counts = np.zeros((len(labels), len(labels)), np.int64)
    np.add.at(counts, (table["label"].to_numpy(), table["predicted"].to_numpy()), 1)
    return {
        "annotationSpecs": [{"displayName": label} for label in labels],
        "rows": [{"row": [float(count) for count in row]} for row in counts],
    }


def _show_page(task: Task) -> None:
    """Copies the page of the report: KFP shows an artifact that is one HTML file."""
    written = Path(task.outputs["report"][0].uri, PAGE)
    if not written.exists():
        return
    target = local(task.addresses["page"])
    empty(target)
    shutil.copyfile(written, target)
    task.show("page")


def _metrics(evaluation: Path) -> dict[str, float]:
    from newsdesk.evaluation import decision

    decided = decision.read(evaluation)
    metrics, in_service = dict(decided.metrics), decided.baseline_metrics
    for name in _COMPARED:
        if name in in_service:
            metrics[f"{name}/in service"] = in_service[name]
    # JSON has no NaN and no infinity.
    return {
        name: round(value, 6) for name, value in metrics.items() if math.isfinite(value)
    }
