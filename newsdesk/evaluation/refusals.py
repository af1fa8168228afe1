"""Explains why the Evaluator did not bless a model."""

import math
from typing import Any

from newsdesk.evaluation.thresholds import (
    ACCURACY,
    ANY_LOSS,
    BASELINE,
    CANDIDATE,
    CLASS_F1,
    LOSS,
    MACRO_F1,
)

_KEYS = {ACCURACY: "min_accuracy", MACRO_F1: "min_macro_f1", LOSS: "max_loss"}
_NAMES = {ACCURACY: "accuracy", MACRO_F1: "macro F1", LOSS: "loss"}


def refusals(
    evaluation: str, labels: list[str], version: str | None = None
) -> list[str]:
    """Explains why the Evaluator did not bless a model.

    Args:
        evaluation: the folder of the ModelEvaluation artifact.
        labels: the names of the classes, in the order of their numbers.
        version: the version of the model in service that it was compared with.

    Returns:
        A sentence for each threshold that the model missed: metric, value, limit and
        configuration key; for a drop also the value of the model in service. Never
        empty.
    """
    import tensorflow_model_analysis as tfma

    validation = tfma.load_validation_result(evaluation)
    values = _values(evaluation)
    sentences = []
    for by_slice in validation.metric_validations_per_slice:
        slices = _slices(by_slice.slice_key)
        for failure in by_slice.failures:
            metric = failure.metric_key.name
            key = (metric, slices)
            value = values.get((CANDIDATE, *key), values.get(("", *key), math.nan))
            before = values.get((BASELINE, *key), math.nan)
            name = f"{_name(metric, labels)}{_condition(slices)}"
            if failure.message:
                sentences.append(f"{name} is missing")
            elif failure.metric_threshold.HasField("change_threshold"):
                drop = -failure.metric_threshold.change_threshold.absolute.value
                sentences.append(
                    f"{name} {value:.4f} is more than {drop:.4g} below the "
                    f"{before:.4f} of version {version} in service "
                    f"(evaluation.{_drop_key(metric, slices)})"
                )
            else:
                bounds = failure.metric_threshold.value_threshold
                sentences.append(f"{name} {value:.4f} {_missed(metric, bounds)}")
    sentences += [
        f"no row has a value of {', '.join(spec.feature_keys)}, so the models cannot "
        "be compared by it"
        for spec in validation.missing_slices
    ]
    return sentences or ["no row was evaluated, so nothing is known about the model"]


def _missed(metric: str, bounds: Any) -> str:
    """Says which bound of the configuration a value is beyond."""
    if bounds.HasField("lower_bound"):
        return f"is below evaluation.{_KEYS[metric]} {bounds.lower_bound.value:g}"
    if bounds.upper_bound.value == ANY_LOSS:
        return "is not finite: some probabilities of the model are NaN"
    return f"is above evaluation.{_KEYS[metric]} {bounds.upper_bound.value:g}"


def _drop_key(metric: str, slices: tuple[tuple[str, str], ...]) -> str:
    """The key of the evaluation section that limits a drop."""
    if metric.startswith(CLASS_F1):
        return "max_class_drop"
    return "max_slice_drop" if slices else "max_drop"


def _values(evaluation: str) -> dict[Any, float]:
    """Reads all values by model, metric and slice."""
    import tensorflow_model_analysis as tfma

    return {
        (pair.key.model_name, pair.key.name, _slices(by_slice.slice_key)): (
            pair.value.double_value.value
        )
        for by_slice in tfma.load_metrics(evaluation)
        for pair in by_slice.metric_keys_and_values
        if not pair.key.is_diff and not pair.key.HasField("sub_key")
    }


def _name(metric: str, labels: list[str]) -> str:
    if metric.startswith(CLASS_F1):
        return f"F1 of {labels[int(metric.removeprefix(CLASS_F1))]!r}"
    return _NAMES.get(metric, metric)


def _slices(key: Any) -> tuple[tuple[str, str], ...]:
    """Pairs of column and value; empty for all rows."""
    return tuple(
        (single.column, _text(getattr(single, single.WhichOneof("kind"))))
        for single in key.single_slice_keys
    )


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _condition(slices: tuple[tuple[str, str], ...]) -> str:
    pairs = " and ".join(f"{column}={value!r}" for column, value in slices)
    return f" in slice {pairs}" if pairs else ""
