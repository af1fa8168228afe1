"""What KFP's own pages show of a node: figures, the confusion matrix."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kubeflow.container.artifacts import Task

# The outputs that compiling adds to a node, with KFP's type of each.
VIEWS: dict[str, dict[str, str]] = {
    "Evaluator": {"metrics": "system.Metrics"},
    "Predictions": {"confusion_matrix": "system.ClassificationMetrics"},
}
# Shown also for the model in service, which was evaluated on the same rows.
_COMPARED = ("accuracy", "macro_f1", "loss")


def fill(node: str, task: Task, labels: list[str]) -> None:
    """Gives the views of a node their values.

    Args:
        node: whose executor has done its work.
        task: what it has done.
        labels: the names of the classes, in the order of their numbers.
    """
    if node == "Evaluator":
        task.show("metrics", **_metrics(task.outputs["evaluation"][0].uri, labels))
    elif node == "Predictions":
        matrix = confusion_matrix(Path(task.outputs["predictions"][0].uri), labels)
        task.show("confusion_matrix", confusionMatrix=matrix)


def confusion_matrix(predictions: Path, labels: list[str]) -> Mapping[str, Any]:
    """Counts how rows of each class were answered.

    Args:
        predictions: the folder of a RowPredictions artifact.
        labels: the names of the classes, in the order of their numbers.

    Returns:
        A confusion matrix of `system.ClassificationMetrics`: true classes are rows.
    """
    import numpy as np

    from components.predictions import FILE
    from newsdesk.rows.parquet_opener import open_parquet

    table = open_parquet(predictions / FILE).read(columns=["label", "predicted"])
    counts = np.zeros((len(labels), len(labels)), np.int64)
    np.add.at(counts, (table["label"].to_numpy(), table["predicted"].to_numpy()), 1)
    return {
        "annotationSpecs": [{"displayName": label} for label in labels],
        "rows": [{"row": [float(count) for count in row]} for row in counts],
    }


def _metrics(evaluation: str, labels: list[str]) -> dict[str, float]:
    from newsdesk.evaluation import results

    figures = results.metrics(evaluation, labels)
    in_service = results.metrics(evaluation, labels, of_baseline=True)
    for name in _COMPARED:
        if name in in_service:
            figures[f"{name}/in service"] = in_service[name]
    # What is no number cannot be written down.
    return {
        name: round(value, 6) for name, value in figures.items() if math.isfinite(value)
    }
