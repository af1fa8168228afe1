"""Reads the figures that the Evaluator found."""

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
    """Reads the Evaluator's figures over all rows.

    Args:
        evaluation: the folder of the ModelEvaluation artifact.
        labels: the names of the classes, in the order of their numbers.
        of_baseline: read those of the model in service, on the same rows.

    Returns:
        `accuracy`, `macro_f1`, `loss`, `rows`, and per class
        `precision/<label>`, `recall/<label>`, `f1/<label>`; nothing where there was
        no such model.

    Raises:
        DataError: no row was evaluated.
    """
    import tensorflow_model_analysis as tfma

    names = [spec.name for spec in _config(evaluation).model_specs]
    compared = BASELINE in names
    if of_baseline and not compared:
        return {}
    name = (BASELINE if of_baseline else CANDIDATE) if compared else None
    result = tfma.load_eval_result(evaluation, model_name=name)
    overall = result.get_metrics_for_slice()
    if overall is None:
        raise DataError(
            f"{evaluation}: no row was evaluated, because the tested split is empty; "
            "give more rows"
        )
    figures = {name: _value(overall[key]) for key, name in _NAMES.items()}
    figures["rows"] = _value(overall["example_count"])
    for place, label in enumerate(labels):
        by_class = result.get_metrics_for_slice(class_id=place, top_k=1)
        for key in PER_CLASS:
            name = key.removesuffix("_score")
            figures[f"{name}/{label}"] = _value(by_class[key])
    return figures


def least_in_service(when_pushed: Mapping[str, float], min_accuracy: float) -> float:
    """Gives the accuracy below which a model in service fails on new rows.

    Args:
        when_pushed: its figures of the run that pushed it, as far as they are known.
        min_accuracy: `evaluation.min_accuracy`.

    Returns:
        The limit. Where it was raised above what the model reached, this is no fault
        of the rows, and half of what it reached counts instead.
    """
    reached = when_pushed.get("accuracy", 1.0)
    return min_accuracy if reached >= min_accuracy - ROUNDING else reached / 2


def has_fallen(
    now: Mapping[str, float], when_pushed: Mapping[str, float], min_accuracy: float
) -> bool:
    """Decides whether a model in service fails on new rows.

    Args:
        now: its figures on the tested rows of this run, from `metrics`.
        when_pushed: as in `least_in_service`.
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
