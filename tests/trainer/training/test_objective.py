"""What is minimized: weights by name, balance, smoothing."""

import math
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from newsdesk.config.train import Train
from newsdesk.errors import ConfigError, DataError
from trainer.model import loss
from trainer.training.objective import Objective, class_weights

NAMES = ["World", "Sports", "Business"]
LABELS = np.array([0, 0, 0, 1, 1, 2], np.int32)
LOGITS = tf.constant([[2.0, -1.0, 0.5], [0.0, 0.0, 0.0]])


def weights_of(choice: Any, labels: np.ndarray = LABELS) -> np.ndarray | None:
    return class_weights(Train(class_weights=choice), NAMES, labels)


def test_balanced_classes_weigh_the_same_together() -> None:
    weights = weights_of("balanced")

    assert weights is not None
    np.testing.assert_allclose(weights, [6 / 9, 6 / 6, 6 / 3])
    assert np.mean(weights[LABELS]) == pytest.approx(1)


def test_given_weights_are_found_by_name() -> None:
    weights = weights_of({"Business": 3.0, "World": 0.5})

    assert weights is not None
    assert weights.tolist() == [0.5, 1.0, 3.0]
    assert weights_of("none") is None


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (
            {"Sport": 2.0},
            "'Sport' is not a label; the labels are 'World', 'Sports', 'Business'",
        ),
        ({"World": 0.0}, "'World' is 0.0; it must be a positive number"),
        ({"World": math.inf}, "must be a positive number"),
    ],
)
def test_weights_that_mean_nothing_are_refused(
    choice: dict[str, float], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        weights_of(choice)


def test_a_class_without_rows_cannot_be_balanced() -> None:
    with pytest.raises(DataError, match="no row of 'Sports'"):
        weights_of("balanced", np.array([0, 2], np.int32))


def test_rows_count_by_their_class() -> None:
    labels = tf.constant([2, 1])
    weighted = Objective(np.array([1, 2, 3], np.float32), 0.0)(LOGITS, labels)

    np.testing.assert_allclose(weighted, loss(LOGITS, labels) * [3, 2], rtol=1e-6)


def test_a_smoothed_target_gives_some_of_its_mass_to_all() -> None:
    labels = tf.constant([2, 1])
    targets = 0.7 * tf.one_hot(labels, 3) + 0.3 / 3
    expected = tf.nn.softmax_cross_entropy_with_logits(targets, LOGITS)

    np.testing.assert_allclose(
        Objective(None, 0.3)(LOGITS, labels), expected, rtol=1e-6
    )


def test_nothing_asked_for_is_plain_cross_entropy() -> None:
    labels = tf.constant([0, 2])

    np.testing.assert_array_equal(
        Objective(None, 0.0)(LOGITS, labels), loss(LOGITS, labels)
    )
