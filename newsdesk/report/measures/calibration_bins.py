"""Whether the probability of an answer is the share of right answers."""

import dataclasses

import numpy as np

from newsdesk.evaluation import ece
from newsdesk.evaluation.confusion import Array
from newsdesk.evaluation.tested import Tested
from newsdesk.report.content import Calibration, CalibrationBin

# Numbers in one array of probabilities: 32 MB.
_BLOCK = 1 << 22


def calibration(rows: Tested, temperature: float) -> Calibration | None:
    """Measures the calibration with and without the temperature.

    Args:
        rows: the tested rows; those whose probability is not finite are left out.
        temperature: the divisor of the logits in the exported model; 1 if it was not
            calibrated.

    Returns:
        The calibration, without figures "before" if the temperature is 1; None without
        rows.
    """
    finite = np.isfinite(rows.confidence)
    if not finite.any():
        return None
    confidence, is_right = rows.confidence[finite], rows.is_right[finite]
    after = Calibration(
        temperature=temperature,
        ece=ece.of_answers(confidence, is_right),
        bins=_bins(confidence, is_right),
    )
    if temperature == 1:
        return after
    before = _without(temperature, rows)[finite]
    return after.model_copy(
        update={
            "ece_before": ece.of_answers(before, is_right),
            "bins_before": _bins(before, is_right),
        }
    )


def _bins(confidence: Array, is_right: Array) -> list[CalibrationBin]:
    return [
        CalibrationBin(**dataclasses.asdict(each))
        for each in ece.bins_of_answers(confidence, is_right)
    ]


def _without(temperature: float, rows: Tested) -> Array:
    """The probability of each answer without the temperature.

    The exported probabilities p are those of logits that were divided by the
    temperature T, so the original ones are softmax(T log p).
    """
    found = np.empty(len(rows.label))
    size = max(1, _BLOCK // len(rows.labels))
    for start in range(0, len(found), size):
        block = slice(start, start + size)
        highest = rows.confidence[block, None]
        ratios = (rows.probabilities[block] / highest) ** np.float32(temperature)
        found[block] = 1 / ratios.sum(1)
    return found
