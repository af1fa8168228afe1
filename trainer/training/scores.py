"""Computes the logits of a split, for its figures and for the temperature."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from trainer.data.batches import Split, evaluation_batches
from trainer.model import Classifier
from trainer.training.gathered import Gathered


class Scores(NamedTuple):
    """The logits of all rows of a split: float32 [rows, classes] and int32 [rows].

    Rows are in the order of `evaluation_batches`.
    """

    logits: np.ndarray
    labels: np.ndarray


class Scorer:
    """Computes logits without dropout, on all replicas of the strategy in scope.

    Args:
        model: the classifier; if its encoder is frozen, only its head is computed.
        batch_size: rows of a batch.
        xla: whether XLA compiles the model, once for each shape of batches.
    """

    def __init__(self, model: Classifier, batch_size: int, xla: bool) -> None:
        is_whole = model.encoder.trainable
        forward = model if is_whole else model.head
        self._compute = Gathered(forward, tf.int32 if is_whole else tf.float32, xla)
        self._batch_size = batch_size

    def score(
        self, rows: Split, after_batch: Callable[[], None] = lambda: None
    ) -> Scores:
        """Computes the logits of a split by the current weights.

        Args:
            rows: the split; if the encoder is frozen, its vectors.
            after_batch: called after every batch.

        Returns:
            Logits and labels.
        """
        found, labels = [], []
        for batch in evaluation_batches(rows, self._batch_size):
            found.append(self._compute(batch.inputs))
            labels.append(batch.labels)
            after_batch()
        return Scores(np.concatenate(found), np.concatenate(labels))
