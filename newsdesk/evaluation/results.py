"""Reads the metrics that the Evaluator computed."""

from collections.abc import Mapping
from typing import Any

from newsdesk.errors import DataError
from newsdesk.evaluation.thresholds import (
    ACCURACY,
    BASELINE,
    CANDIDATE,
    LOSS,
    MACRO_F1,
    PER_CLASS,
    ROUNDING,
)

_NAMES = {ACCURACY: "accuracy", MACRO_F1: "macro_f1", LOSS: "loss"}


def metrics(
    evaluation: str, labels: list[str], of_baseline: bool = False
) -> dict[str, float]:
    """Reads the Evaluator's metrics over all rows.

    Args:
        evaluation: the folder of the ModelEvaluation artifact.
        labels: the names of the classes, in the order of their numbers.
        of_baseline: whether to read those of the model in service, on the same rows.

    Returns:
        `accuracy`, `macro_f1`, `loss`, `rows`, and for each class
        `precision/<label>`, `recall/<label>`, `f1/<label>`; empty if there was no such
        model.

    Raises:
        DataError: no row was evaluated.
    """
    import tensorflow_model_analysis as tfma

    names = [spec.name for spec in _config(evaluation).model_specs]
    has_baseline = BASELINE in names
    if of_baseline and not has_baseline:
        return {}
    # A single model has no name.
    name = (BASELINE if of_baseline else CANDIDATE) if has_baseline else None
    result = tfma.load_eval_result(evaluation, model_name=name)
    overall = result.get_metrics_for_slice()
    if overall is None:
        raise DataError(
            f"{evaluation}: no row was evaluated, because the tested split is empty; "
            "add rows to the data"
        )
    figures = {name: _value(overall[key]) for key, name in _NAMES.items()}
    figures["rows"] = _value(overall["example_count"])
    for index, label in enumerate(labels):
        by_class = result.get_metrics_for_slice(class_id=index, top_k=1)
        for key in PER_CLASS:
            name = key.removesuffix("_score")
            figures[f"{name}/{label}"] = _value(by_class[key])
    return figures


def least_in_service(when_pushed: Mapping[str, float], min_accuracy: float) -> float:
    """Computes the accuracy below which a model in service fails on new rows.

    Args:
        when_pushed: metrics of the model in the run that pushed it, if known.
        min_accuracy: `evaluation.min_accuracy`.

    Returns:
        The limit. If `min_accuracy` was raised above the accuracy that the model had
        when it was pushed, the rows are not at fault, and half of that accuracy counts.
    """
    reached = when_pushed.get("accuracy", 1.0)
    return min_accuracy if reached >= min_accuracy - ROUNDING else reached / 2


def has_fallen(
    now: Mapping[str, float], when_pushed: Mapping[str, float], min_accuracy: float
) -> bool:
    """Decides whether a model in service fails on new rows.

    Args:
        now: metrics of the model on the tested rows of this run, from `metrics`.
        when_pushed: see `least_in_service`.
        min_accuracy: `evaluation.min_accuracy`.

    Returns:
        Whether its accuracy is below the limit.
    """
    limit = least_in_service(when_pushed, min_accuracy)
    return now["accuracy"] < limit - ROUNDING


def _config(evaluation: str) -> Any:
    import tensorflow_model_analysis as tfma

    return tfma.load_eval_results(evaluation).get_results()[0].config


def _value(metric: Any) -> float:
    return float(metric["doubleValue"])
