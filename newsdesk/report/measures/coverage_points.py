"""What happens if answers below a probability go to a person."""

import numpy as np

from newsdesk.evaluation.tested import Tested
from newsdesk.report.content import CoveragePoint

POINTS = 50


def coverage(rows: Tested) -> list[CoveragePoint]:
    """Measures how many rows the model answers, and how well, by least probability.

    Args:
        rows: the tested rows; a row without a finite probability is never answered.

    Returns:
        About 50 points, with equal numbers of rows between them; the lowest probability
        comes first.
    """
    finite = np.isfinite(rows.confidence)
    order = np.argsort(rows.confidence[finite], kind="stable")
    confidence = rows.confidence[finite][order]
    if not len(confidence):
        return []
    # right[i] of the rows from i on are right.
    right = np.cumsum(rows.is_right[finite][order][::-1])[::-1]
    steps = np.linspace(0, len(confidence) - 1, POINTS).astype(np.int64)
    # Rows of equal probability are answered together.
    starts = np.unique(np.searchsorted(confidence, confidence[steps]))
    return [
        CoveragePoint(
            probability=float(confidence[start]),
            coverage=float((len(confidence) - start) / len(rows.label)),
            accuracy=float(right[start] / (len(confidence) - start)),
        )
        for start in starts
    ]
