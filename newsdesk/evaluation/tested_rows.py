"""The tested rows, and what each model predicts for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from newsdesk.evaluation import ece
from newsdesk.evaluation.confusion import Array, Counts

# Keras limits probabilities in the same way, so that no loss is infinite.
_LEAST = 1e-7


@dataclass(frozen=True)
class Predicted:
    """The predictions of one model.

    Attributes:
        classes: the number of the likeliest class of each row, int64 [rows].
        losses: the cross entropy of each row in nats, float64 [rows]; NaN if a
            probability is not finite.
        confidences: the probability of that class, float [rows]; None if unknown.
    """

    classes: Array
    losses: Array
    confidences: Array | None = None


@dataclass(frozen=True)
class TestedRows:
    """The rows of the split that decides about a push.

    Attributes:
        label: the number of the true class of each row, int64 [rows].
        candidate: predictions of the model that was trained.
        baseline: predictions of the model in service; None without one.
        best: predictions of the best of the last versions; None if that is the model
            in service.
        slices: the value of each row by slice column, [rows]; None in a row without.
    """

    label: Array
    candidate: Predicted
    baseline: Predicted | None = None
    best: Predicted | None = None
    slices: Mapping[str, Array] = field(default_factory=dict)


def figures(label: Array, predicted: Predicted, labels: list[str]) -> dict[str, float]:
    """Computes the figures of a model over all rows.

    Args:
        label: the number of the true class of each row, int64 [rows].
        predicted: what the model predicts for these rows.
        labels: the names of the classes, in the order of their numbers.

    Returns:
        `accuracy`, `macro_f1`, `loss`, `rows`, the expected calibration error `ece` if
        the confidences are known, and for each class `precision/<label>`,
        `recall/<label>`, `f1/<label>`, `rows/<label>`.
    """
    counts = Counts.of(label, predicted.classes, len(labels))
    overall = {
        "accuracy": float((label == predicted.classes).mean()),
        "macro_f1": float(counts.macro_f1),
        "loss": float(predicted.losses.mean()),
        "rows": float(len(label)),
    }
    if predicted.confidences is not None:
        is_right = label == predicted.classes
        overall["ece"] = ece.of_answers(predicted.confidences, is_right)
    by_class = {
        "precision": counts.precision,
        "recall": counts.recall,
        "f1": counts.f1,
        "rows": counts.actual,
    }
    return overall | {
        f"{name}/{label}": float(values[index])
        for index, label in enumerate(labels)
        for name, values in by_class.items()
    }


def losses(probabilities: Array, label: Array) -> Array:
    """Computes the cross entropy of each row, as Keras does.

    Args:
        probabilities: of each class, float [rows, classes].
        label: the number of the true class of each row, int64 [rows].

    Returns:
        The losses in nats, float64 [rows]; NaN if a probability of the row is NaN.
    """
    shares = np.clip(probabilities.astype(np.float64), _LEAST, 1 - _LEAST)
    right = shares[np.arange(len(label)), label]
    found: Array = np.log(shares.sum(1)) - np.log(right)
    return found


def by_value(values: Array) -> dict[str, Array]:
    """Groups rows by the value of a slice column.

    Args:
        values: the value of each row, [rows]; None in a row without.

    Returns:
        The numbers of the rows of each value, in order; rows without a value are in no
        group.
    """
    numbers = np.flatnonzero([value is not None for value in values])
    found, group, sizes = np.unique(
        values[numbers], return_inverse=True, return_counts=True
    )
    parts = np.split(numbers[np.argsort(group, kind="stable")], np.cumsum(sizes)[:-1])
    return dict(zip(found.tolist(), parts, strict=False))
