"""Calibrates a trained model on the eval split."""

import logging

from newsdesk.config.train import Train
from newsdesk.errors import Interrupted
from trainer.data.batches import Split
from trainer.model import Classifier
from trainer.training import strategy, temperature
from trainer.training.progress import Progress
from trainer.training.scores import Scorer, Scores
from trainer.training.stopping import Stop

_log = logging.getLogger("newsdesk")


def calibrate(scores: Scores, progress: Progress) -> float:
    """Fits the temperature of a model.

    Args:
        scores: the logits of the eval rows.
        progress: hears why nothing was fitted.

    Returns:
        The temperature, by which the exported model divides its logits.
    """
    found = temperature.fit(*scores)
    if found.unfitted:
        progress.say(found.sentence)
    else:
        _log.info(found.sentence)
    return found.temperature


def scores_of(model: Classifier, rows: Split, train: Train, stop: Stop) -> Scores:
    """Computes the logits of the eval rows; all workers must call this together.

    Args:
        model: the classifier as it is exported.
        rows: the eval split; if the encoder is frozen, its vectors.
        train: the train section.
        stop: checked after every batch.

    Returns:
        Logits and labels.

    Raises:
        Interrupted: a signal asked to stop; a checkpoint has the whole training.
    """

    def check() -> None:
        if strategy.anywhere(stop.requested):
            raise Interrupted(
                "stopped on request after the last step; the same command calibrates "
                "the model and exports it"
            )

    # XLA would take seconds for every shape, and the exported model does not use it.
    return Scorer(model, train.batch_size, xla=False).score(rows, check)
