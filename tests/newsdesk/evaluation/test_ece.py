"""Tests of the expected calibration error."""

import math

import numpy as np
import pytest

from newsdesk.evaluation import ece


def test_known_error() -> None:
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.3, 0.7], [0.4, 0.6]])
    label = np.array([0, 1, 1, 0])
    # Three bins: 0.9 against a half, 0.7 against 1, and 0.6 against 0.
    expected = (2 * 0.4 + 0.3 + 0.6) / 4
    assert ece.ece(probabilities, label) == pytest.approx(expected)


def test_bins_of_equal_width_without_empty_ones() -> None:
    is_right = np.array([True, False, True, True])
    found = ece.bins_of_answers(np.array([0.9, 0.92, 0.7, 0.5]), is_right)
    assert [each.rows for each in found] == [1, 1, 2]
    assert all(each.high - each.low == pytest.approx(1 / 15) for each in found)
    assert all(each.low < each.probability <= each.high for each in found)
    assert [each.accuracy for each in found] == [1, 1, 0.5]


def test_a_bin_has_its_upper_bound_as_in_the_paper() -> None:
    (found,) = ece.bins_of_answers(np.array([0.2]), np.array([True]))
    assert found.high == pytest.approx(0.2)


def test_rows_of_a_probability_of_1_and_of_0_are_counted() -> None:
    found = ece.bins_of_answers(np.array([1.0, 0.0]), np.array([True, False]))
    assert [each.rows for each in found] == [1, 1]
    assert ece.of_answers(np.array([1.0, 0.0]), np.array([True, False])) == 0


def test_the_error_of_well_calibrated_answers_is_near_0() -> None:
    random = np.random.default_rng(0)
    confidences = random.uniform(0.25, 1, 200_000).astype(np.float32)
    is_right = random.uniform(size=len(confidences)) < confidences
    assert ece.of_answers(confidences, is_right) < 0.005
    assert ece.of_answers(confidences, ~is_right) > 0.2


def test_nan_is_not_hidden() -> None:
    probabilities = np.array([[0.9, 0.1], [np.nan, np.nan]], np.float32)
    assert math.isnan(ece.ece(probabilities, np.array([0, 1])))
