"""The objective of a training: cross-entropy, with class weights and smoothing."""

import numpy as np
import tensorflow as tf

from newsdesk.config.train import Train
from newsdesk.errors import ConfigError, DataError
from trainer.model import loss


class Objective:
    """Cross-entropy with class weights and label smoothing.

    Smoothing as in Szegedy et al. (2016): the target spreads `smoothing` of its mass
    evenly over all classes.

    Args:
        weights: float32 [classes]; None if all classes have the same weight.
        smoothing: 0 to less than 1.
    """

    def __init__(self, weights: np.ndarray | None, smoothing: float) -> None:
        self._weights = weights
        self._smoothing = smoothing

    def __call__(self, logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """Computes the loss of each row.

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
    """Computes the weight of each class.

    Args:
        train: the train section; in class_weights, classes without a weight have
            weight 1.
        names: the classes in the order of their numbers.
        labels: int32 [rows] of the train split.

    Returns:
        float32 [classes]; balanced weights are rows / (classes * rows of the class),
        so that their mean over the rows is 1. None if there are no weights.

    Raises:
        ConfigError: a name is not a label, or a weight is not positive.
        DataError: class_weights is balanced, and a class has no rows.
    """
    if train.class_weights == "none":
        return None
    if train.class_weights == "balanced":
        counts = np.bincount(labels, minlength=len(names))
        if not counts.all():
            missing = names[int(np.argmin(counts))]
            raise DataError(
                f"train.class_weights is 'balanced', but the train split has no row "
                f"of {missing!r}; add rows, or set the weights by name"
            )
        return (len(labels) / (len(names) * counts)).astype(np.float32)
    for name, weight in train.class_weights.items():
        if name not in names:
            raise ConfigError(
                f"train.class_weights: {name!r} is not a label; the labels are "
                f"{', '.join(map(repr, names))}"
            )
        if not 0 < weight < np.inf:
            raise ConfigError(
                f"train.class_weights: the weight of {name!r} is {weight}; it must be "
                "a positive number"
            )
    return np.array([train.class_weights.get(name, 1.0) for name in names], np.float32)
