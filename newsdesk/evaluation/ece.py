"""Whether the probability of an answer is the share of right answers.

Source: Guo et al., On calibration of modern neural networks, ICML 2017, section 2.
"""

from dataclasses import dataclass

import numpy as np

from newsdesk.evaluation.confusion import Array

BINS = 15
_EDGES = np.linspace(0, 1, BINS + 1)


@dataclass(frozen=True)
class Bin:
    """The rows whose answer has a probability above `low`, and at most `high`.

    Attributes:
        low: the lower bound.
        high: the upper bound.
        rows: how many rows.
        probability: the mean probability of their answers.
        accuracy: the share of their answers that are right.
    """

    low: float
    high: float
    rows: int
    probability: float
    accuracy: float


def ece(probabilities: Array, label: Array) -> float:
    """Computes the expected calibration error of a model.

    Args:
        probabilities: of each class, float [rows, classes]; at least one row.
        label: the number of the true class of each row, int64 [rows].

    Returns:
        The mean over the rows of how far accuracy and probability of their bin differ;
        NaN if a probability of an answer is NaN.
    """
    return of_answers(probabilities.max(1), probabilities.argmax(1) == label)


def of_answers(confidences: Array, is_right: Array) -> float:
    """Computes what `ece` computes, from the answers alone.

    Args:
        confidences: the probability of each row's answer, float [rows].
        is_right: whether the answer is right, bool [rows].

    Returns:
        The expected calibration error.
    """
    found = bins_of_answers(confidences, is_right)
    gaps = sum(each.rows * abs(each.accuracy - each.probability) for each in found)
    return gaps / len(is_right)


def bins_of_answers(confidences: Array, is_right: Array) -> list[Bin]:
    """Groups rows by the probability of their answer.

    Args:
        confidences: the probability of each row's answer, float [rows].
        is_right: whether the answer is right, bool [rows].

    Returns:
        The bins that have rows, of BINS that are equally wide.
    """
    confidences = confidences.astype(np.float64)
    # NaN goes to the last bin, whose mean it makes NaN.
    numbers = np.searchsorted(_EDGES[1:-1], confidences, side="left")
    rows, sums, hits = (
        np.bincount(numbers, weights, BINS)
        for weights in (None, confidences, is_right.astype(np.float64))
    )
    return [
        Bin(
            float(_EDGES[number]),
            float(_EDGES[number + 1]),
            int(rows[number]),
            float(sums[number] / rows[number]),
            float(hits[number] / rows[number]),
        )
        for number in np.flatnonzero(rows)
    ]
