"""What training minimizes: cross-entropy, weighted by class, its targets smoothed."""

import numpy as np
import tensorflow as tf

from newsdesk.config.sections import Train
from newsdesk.errors import ConfigError, DataError
from trainer.model import loss


class Objective:
    """Cross-entropy from logits with weights of classes and smoothed targets.

    Smoothing as in Szegedy et al. (2016): the target gives `smoothing` of its mass
    to all classes alike.

    Args:
        weights: float32 [classes], or None where all classes count alike.
        smoothing: 0 to less than 1.
    """

    def __init__(self, weights: np.ndarray | None, smoothing: float) -> None:
        self._weights = weights
        self._smoothing = smoothing

    def __call__(self, logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """Measures every row.

        Args:
            logits: float32 [batch, classes].
            labels: int32 [batch].

        Returns:
            float32 [batch], in nats times the weight of the class.
        """
        losses = loss(logits, labels)
        if self._smoothing:
            against_all = -tf.reduce_mean(tf.nn.log_softmax(logits), 1)
            losses += self._smoothing * (against_all - losses)
        if self._weights is None:
            return losses
        return losses * tf.gather(tf.constant(self._weights, tf.float32), labels)


def class_weights(
    train: Train, names: list[str], labels: np.ndarray
) -> np.ndarray | None:
    """Finds how much every class counts.

    Args:
        train: the train section; its class_weights are by name, what is not named
            counts once.
        names: the classes in the order of their numbers.
        labels: int32 [rows] of the train split.

    Returns:
        float32 [classes]; balanced weights are rows / (classes * rows of the class),
        so that their mean over the rows is 1. None where nothing is weighted.

    Raises:
        ConfigError: a name is no label, or a weight is not positive.
        DataError: weights are to be balanced and a class has no rows.
    """
    if train.class_weights == "none":
        return None
    if train.class_weights == "balanced":
        counts = np.bincount(labels, minlength=len(names))
        if not counts.all():
            missing = names[int(np.argmin(counts))]
            raise DataError(
                f"train.class_weights are to be balanced, but the train split has no "
                f"row of {missing!r}; add rows or name the weights"
            )
        return (len(labels) / (len(names) * counts)).astype(np.float32)
    for name, weight in train.class_weights.items():
        if name not in names:
            raise ConfigError(
                f"train.class_weights: {name!r} is no label; there are "
                f"{', '.join(map(repr, names))}"
            )
        if not 0 < weight < np.inf:
            raise ConfigError(
                f"train.class_weights: the weight of {name!r} is {weight}; it must be "
                "a positive number"
            )
    return np.array([train.class_weights.get(name, 1.0) for name in names], np.float32)
