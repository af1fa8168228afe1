import numpy as np
import pytest

from newsdesk.report import confident_learning


def test_the_threshold_is_the_mean_self_confidence() -> None:
    probabilities = np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]])

    found = confident_learning.thresholds(probabilities, np.array([0, 0, 1]))

    assert found.tolist() == pytest.approx([0.7, 0.8])


def test_a_confident_other_class_is_suggested() -> None:
    probabilities = np.array([[0.9, 0.1], [0.1, 0.9], [0.2, 0.8], [0.1, 0.9]])

    found = confident_learning.suggested(probabilities, np.array([0, 0, 1, 1]))

    assert found.tolist() == [-1, 1, -1, -1]


def test_an_other_class_below_its_threshold_is_not_suggested() -> None:
    # Class 1 usually gets 0.9, so 0.6 is not sure enough.
    probabilities = np.array([[0.4, 0.6], [0.9, 0.1], [0.1, 0.9], [0.1, 0.9]])

    found = confident_learning.suggested(probabilities, np.array([0, 0, 1, 1]))

    assert found.tolist() == [-1] * 4


def test_a_row_keeps_a_label_that_is_more_probable() -> None:
    # 0.5 is below the threshold of class 0, and 0.4 reaches that of class 1.
    probabilities = np.array([[0.5, 0.4, 0.1], [0.9, 0.1, 0.0], [0.2, 0.3, 0.5]])

    found = confident_learning.suggested(probabilities, np.array([0, 0, 1]))

    assert found.tolist() == [-1, -1, -1]


def test_a_class_without_rows_is_never_suggested() -> None:
    probabilities = np.array([[0.2, 0.1, 0.7], [0.3, 0.6, 0.1]])

    found = confident_learning.suggested(probabilities, np.array([0, 1]))

    assert found.tolist() == [-1, -1]


def test_an_answer_that_is_not_finite_doubts_nothing() -> None:
    probabilities = np.array([[np.nan, np.nan], [0.1, 0.9]])

    found = confident_learning.suggested(probabilities, np.array([0, 1]))

    assert found.tolist() == [-1, -1]
