"""Calibrates a trained model on the eval split."""

import logging

import numpy as np
import tensorflow as tf

from newsdesk.config.train import Train
from newsdesk.errors import Interrupted
from trainer.data.batches import Split, evaluation_batches
from trainer.model import Classifier
from trainer.training import strategy, temperature
from trainer.training.gathered import Gathered
from trainer.training.progress import Progress
from trainer.training.stopping import Stop

_log = logging.getLogger("newsdesk")


def calibrate(
    model: Classifier, rows: Split, train: Train, progress: Progress, stop: Stop
) -> float:
    """Fits the temperature of a model; all workers must call this together.

    Args:
        model: the classifier as it is exported.
        rows: the eval split; if the encoder is frozen, its vectors.
        train: the train section.
        progress: hears why nothing was fitted.
        stop: checked after every batch.

    Returns:
        The temperature, by which the exported model divides its logits.

    Raises:
        Interrupted: a signal asked to stop; a checkpoint has the whole training.
    """
    found = temperature.fit(*_logits(model, rows, train.batch_size, stop))
    if found.unfitted:
        progress.say(found.sentence)
    else:
        _log.info(found.sentence)
    return found.temperature


def _logits(
    model: Classifier, rows: Split, batch_size: int, stop: Stop
) -> tuple[np.ndarray, np.ndarray]:
    """Logits and labels of all rows, without dropout."""
    is_whole = model.encoder.trainable
    forward = model if is_whole else model.head
    # XLA would take seconds for every shape, and the exported model does not use it.
    compute = Gathered(forward, tf.int32 if is_whole else tf.float32, xla=False)
    found, labels = [], []
    for batch in evaluation_batches(rows, batch_size):
        found.append(compute(batch.inputs))
        labels.append(batch.labels)
        if strategy.anywhere(stop.requested):
            raise Interrupted(
                "stopped on request after the last step; the same command calibrates "
                "the model and exports it"
            )
    return np.concatenate(found), np.concatenate(labels)
