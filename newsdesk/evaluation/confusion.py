"""Counts right and wrong predictions by class, in time linear in the rows."""

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Counts:
    """Numbers of rows by class.

    The arrays may have leading axes: figures are then computed for each of several
    samples of the rows.

    Attributes:
        hits: rows of a class that are predicted as it, [..., classes].
        actual: rows of a class, [..., classes].
        predicted: rows that are predicted as a class, [..., classes].
    """

    hits: Array
    actual: Array
    predicted: Array

    @classmethod
    def of(cls, label: Array, predicted: Array, classes: int) -> "Counts":
        """Counts rows.

        Args:
            label: the number of the true class of each row, int64 [rows].
            predicted: the number of the predicted class of each row, int64 [rows].
            classes: the number of classes.

        Returns:
            The counts, int64 [classes].
        """
        return cls(
            np.bincount(label[label == predicted], minlength=classes),
            np.bincount(label, minlength=classes),
            np.bincount(predicted, minlength=classes),
        )

    @property
    def precision(self) -> Array:
        """The share of right predictions of a class; 0 if it is never predicted."""
        return _share(self.hits, self.predicted)

    @property
    def recall(self) -> Array:
        """The share of the rows of a class that are found; 0 if it has no row."""
        return _share(self.hits, self.actual)

    @property
    def f1(self) -> Array:
        """The harmonic mean of both; 0 for a class without rows and predictions."""
        return _share(2 * self.hits, self.actual + self.predicted)

    @property
    def macro_f1(self) -> Array:
        """The mean F1 of the classes that occur or are predicted.

        scikit-learn's `f1_score(average="macro")` has the same classes.
        """
        present = (self.actual + self.predicted) > 0
        return _share(self.f1.sum(-1), present.sum(-1))


def _share(part: Array, whole: Array) -> Array:
    """Divides; 0 where the divisor is 0."""
    return part / np.maximum(whole, 1)
