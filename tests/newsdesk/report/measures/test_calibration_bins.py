"""The calibration with and without the temperature."""

import math

import numpy as np
import pytest

from newsdesk.evaluation.confusion import Array
from newsdesk.evaluation.ece import ece
from newsdesk.report import measures
from newsdesk.report.measures import calibration_bins
from tests.support.tested import make_rows

# Rows and classes; one block of rows has fewer than 2,000.
ROWS, CLASSES = 2_000, 3


def _softmax(logits: Array) -> Array:
    shares = np.exp(logits - logits.max(1, keepdims=True))
    found: Array = shares / shares.sum(1, keepdims=True)
    return found


def test_a_known_error() -> None:
    rows = make_rows([0, 1, 0], [[0.9, 0.1], [0.9, 0.1], [0.6, 0.4]])
    found = measures.calibration(rows, 1.0)
    assert found
    assert found.ece == pytest.approx((2 * 0.4 + 0.4) / 3)
    assert [(each.rows, each.accuracy) for each in found.bins] == [(1, 1.0), (2, 0.5)]
    assert found.bins[1].probability == pytest.approx(0.9)
    assert (found.ece_before, found.bins_before) == (None, [])


@pytest.mark.parametrize("temperature", [0.5, 1.7])
def test_before_are_the_probabilities_without_the_temperature(
    temperature: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration_bins, "_BLOCK", 1_000)
    random = np.random.default_rng(4)
    logits = random.normal(size=(ROWS, CLASSES)) * 3
    label = (logits + random.gumbel(size=logits.shape)).argmax(1)
    found = measures.calibration(
        make_rows(label, _softmax(logits / temperature)), temperature
    )
    assert found and found.ece_before is not None
    assert found.temperature == temperature
    assert found.ece_before == pytest.approx(ece(_softmax(logits), label), abs=1e-3)
    assert found.ece == pytest.approx(
        ece(_softmax(logits / temperature), label), abs=1e-3
    )
    # The labels were drawn from the probabilities without a temperature.
    assert found.ece_before < 0.03 < 0.08 < found.ece
    assert sum(each.rows for each in found.bins_before) == ROWS


def test_a_probability_of_0_stays_0() -> None:
    found = measures.calibration(make_rows([0], [[1.0, 0.0]]), 0.01)
    assert found and found.ece_before == 0


def test_rows_without_a_finite_probability_are_left_out() -> None:
    broken = [[math.nan, math.nan], [0.75, 0.25]]
    found = measures.calibration(make_rows([0, 0], broken), 2.0)
    assert found
    assert found.ece == pytest.approx(0.25)
    assert sum(each.rows for each in found.bins_before) == 1
    assert measures.calibration(make_rows([0], broken[:1]), 2.0) is None
    assert measures.calibration(make_rows([], np.empty((0, 2))), 2.0) is None
