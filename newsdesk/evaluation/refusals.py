"""Says in sentences why the Evaluator did not bless a model."""

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

_NAMES = {ACCURACY: "accuracy", MACRO_F1: "macro F1", LOSS: "loss"}


def refusals(
    evaluation: str, labels: list[str], version: str | None = None
) -> list[str]:
    """Says why the Evaluator did not bless a model.

    Args:
        evaluation: the folder of the ModelEvaluation artifact.
        labels: the names of the classes, in the order of their numbers.
        version: of the model in service that it was compared with.

    Returns:
        A sentence per missed threshold: metric, value and limit; for a drop also what
        the model in service has. Never empty.
    """
    import tensorflow_model_analysis as tfma

    validation = tfma.load_validation_result(evaluation)
    values = _values(evaluation)
    told = []
    for by_slice in validation.metric_validations_per_slice:
        where = _slices(by_slice.slice_key)
        for failure in by_slice.failures:
            key = (failure.metric_key.name, where)
            mine = values.get((CANDIDATE, *key), values.get(("", *key), math.nan))
            told.append(
                f"{_name(failure.metric_key.name, labels)}{_in_words(where)} "
                + ("is missing" if failure.message else f"is {mine:.4f}")
                + _limit(
                    failure.metric_threshold,
                    values.get((BASELINE, *key), math.nan),
                    version,
                )
            )
    told += [
        f"no row has a value of {', '.join(spec.feature_keys)}, by which it is compared"
        for spec in validation.missing_slices
    ]
    return told or ["no row was evaluated, so nothing can be said of the model"]


def _limit(threshold: Any, before: float, version: str | None) -> str:
    """What the value should have been."""
    if threshold.HasField("change_threshold"):
        drop = -threshold.change_threshold.absolute.value
        return (
            f", version {version} in service has {before:.4f}; it may lose at most "
            f"{drop:.4g}"
        )
    bounds = threshold.value_threshold
    if bounds.HasField("lower_bound"):
        return f", at least {bounds.lower_bound.value:g} is wanted"
    if bounds.upper_bound.value == ANY_LOSS:
        return (
            ", a finite one is wanted: some of the model's probabilities are no numbers"
        )
    return f", at most {bounds.upper_bound.value:g} is wanted"


def _values(evaluation: str) -> dict[Any, float]:
    """Every figure by model, metric and slice."""
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
    """Column and value; empty for all rows."""
    return tuple(
        (one.column, _text(getattr(one, one.WhichOneof("kind"))))
        for one in key.single_slice_keys
    )


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _in_words(slices: tuple[tuple[str, str], ...]) -> str:
    told = " and ".join(f"{column} is {value!r}" for column, value in slices)
    return f" where {told}" if told else ""
