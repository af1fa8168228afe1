"""Finds labels that are probably wrong, by confident learning.

After Northcutt, Jiang, Chuang 2021, "Confident learning: estimating uncertainty in
dataset labels" (arXiv:1911.00068), written from the paper.
"""

import numpy as np

from newsdesk.evaluation.confusion import Array

_NONE = -1


def thresholds(probabilities: Array, label: Array) -> Array:
    """Computes how sure a model must be of each class.

    Args:
        probabilities: float [rows, classes], of a model that has not seen the labels.
        label: int64 [rows].

    Returns:
        float64 [classes]: the mean probability of the class over the rows with this
        label; infinity for a class without rows, so that it is never suggested.
    """
    classes = probabilities.shape[1]
    rows = np.bincount(label, minlength=classes)
    own = probabilities[np.arange(len(label)), label]
    sums = np.bincount(label, weights=own, minlength=classes)
    return np.where(rows > 0, sums / np.maximum(rows, 1), np.inf)


def suggested(probabilities: Array, label: Array) -> Array:
    """Suggests other labels for the rows that the confident joint counts as wrong.

    The confident joint counts a row under its label and under the likeliest of the
    classes whose probability reaches their threshold. A row is left out if its own
    label is more probable than this class.

    Args:
        probabilities: float [rows, classes], of a model that has not seen the labels.
        label: int64 [rows].

    Returns:
        int64 [rows]: the number of the suggested class; -1 if the label is not doubted.
    """
    sure = np.where(
        probabilities >= thresholds(probabilities, label), probabilities, -1.0
    )
    likeliest = sure.argmax(1)
    rows = np.arange(len(label))
    doubted = sure[rows, likeliest] > probabilities[rows, label]
    # NaN compares as False, so a model without a finite answer doubts nothing.
    return np.where(doubted & (likeliest != label), likeliest, _NONE)
