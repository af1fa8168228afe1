"""Reads what the Evaluator found: figures, and why it refused a model."""

import math
from typing import Any

from pipeline.evaluation import ACCURACY, CLASS_F1, LOSS, MACRO_F1, PER_CLASS

_NAMES = {ACCURACY: "accuracy", MACRO_F1: "macro_f1", LOSS: "loss"}
_CANDIDATE, _BASELINE = "candidate", "baseline"


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
    """
    import tensorflow_model_analysis as tfma

    names = [spec.name for spec in _config(evaluation).model_specs]
    compared = _BASELINE in names
    if of_baseline and not compared:
        return {}
    name = (_BASELINE if of_baseline else _CANDIDATE) if compared else None
    result = tfma.load_eval_result(evaluation, model_name=name)
    overall = result.get_metrics_for_slice()
    figures = {name: _value(overall[key]) for key, name in _NAMES.items()}
    figures["rows"] = _value(overall["example_count"])
    for place, label in enumerate(labels):
        by_class = result.get_metrics_for_slice(class_id=place, top_k=1)
        for key in PER_CLASS:
            name = key.removesuffix("_score")
            figures[f"{name}/{label}"] = _value(by_class[key])
    return figures


def refusals(evaluation: str, labels: list[str]) -> list[str]:
    """Says why the Evaluator did not bless a model.

    Args:
        evaluation: the folder of the ModelEvaluation artifact.
        labels: the names of the classes, in the order of their numbers.

    Returns:
        A sentence per missed limit: metric, value and limit.
    """
    import tensorflow_model_analysis as tfma

    validation = tfma.load_validation_result(evaluation)
    before = metrics(evaluation, labels, of_baseline=True)
    found = [
        _refusal(failure, _slice(by_slice.slice_key), labels, before)
        for by_slice in validation.metric_validations_per_slice
        for failure in by_slice.failures
    ]
    if validation.missing_slices:
        found.append("no row is in a slice that has a limit")
    return found


def _config(evaluation: str) -> Any:
    import tensorflow_model_analysis as tfma

    return tfma.load_eval_results(evaluation).get_results()[0].config


def _refusal(
    failure: Any, where: str, labels: list[str], before: dict[str, float]
) -> str:
    key = failure.metric_key
    name = _NAMES.get(key.name, key.name)
    if name.startswith(CLASS_F1):
        name = f"f1/{labels[int(name.removeprefix(CLASS_F1))]}"
    if failure.message == "Metric not found.":
        return f"{name}{where} is missing, so nothing can be said of it"
    value = failure.metric_value.double_value.value
    limit = failure.metric_threshold
    if limit.HasField("change_threshold"):
        most = -limit.change_threshold.absolute.value
        was = f", which has {before[name]:.4f}" if not where and name in before else ""
        if math.isnan(value):
            return f"{name}{where} is not a number beside the model in service{was}"
        return (
            f"{name}{where} is {-value:.4f} below the model in service{was}; "
            f"at most {most:g} is allowed"
        )
    bounds = limit.value_threshold
    shown = "not a number" if math.isnan(value) else f"{value:.4f}"
    if bounds.HasField("lower_bound"):
        return (
            f"{name}{where} is {shown}, at least {bounds.lower_bound.value:g} is wanted"
        )
    return f"{name}{where} is {shown}, at most {bounds.upper_bound.value:g} is wanted"


def _slice(key: Any) -> str:
    """Names a slice in words; nothing for all rows."""
    parts = [
        f"{one.column} {getattr(one, one.WhichOneof('kind'))!r}"
        for one in key.single_slice_keys
    ]
    return f" where {' and '.join(parts)}" if parts else ""


def _value(metric: Any) -> float:
    return float(metric["doubleValue"])
