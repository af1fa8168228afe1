"""Decides how many epochs a training has if `train.epochs` does not say it."""

from typing import NamedTuple

from newsdesk.config.encoders import Encoder
from newsdesk.config.train import Train


class _Rule(NamedTuple):
    """As many epochs as make `steps` optimizer steps, from `fewest` to `most`."""

    steps: int
    fewest: int
    most: int


# docs/design/training.md has the measurements behind these numbers.
_FROM_SCRATCH = _Rule(steps=1000, fewest=3, most=200)
_FINE_TUNED = _Rule(steps=1000, fewest=3, most=10)
_FROZEN = _Rule(steps=1000, fewest=10, most=200)
_STEPS_OF_A_CLASS = 10
_SHARE_OF_EPOCHS = 5
_LEAST_EPOCHS, _LEAST_STEPS = 2, 100


def for_steps(per_epoch: int, encoder: Encoder, classes: int = 2) -> int:
    """Computes a number of epochs that gives few rows enough optimizer steps.

    Args:
        per_epoch: optimizer steps of one epoch.
        encoder: the model.encoder section.
        classes: the number of labels.

    Returns:
        The number of epochs.
    """
    rule = _FROM_SCRATCH
    if encoder.is_pretrained:
        rule = _FINE_TUNED if getattr(encoder, "trainable", True) else _FROZEN
    steps = max(rule.steps, _STEPS_OF_A_CLASS * classes)
    return min(max(-(-steps // per_epoch), rule.fewest), rule.most)


def patience(train: Train, epochs: int, per_epoch: int) -> int:
    """Computes how many epochs without better results end a training.

    Args:
        train: the train section.
        epochs: the number of epochs.
        per_epoch: optimizer steps of one epoch.

    Returns:
        `train.patience`; by default a fifth of the epochs, but at least two, and enough
        for 100 steps, because the results of short epochs differ by chance.
    """
    if train.patience:
        return train.patience
    enough = -(-_LEAST_STEPS // per_epoch)
    return max(_LEAST_EPOCHS, epochs // _SHARE_OF_EPOCHS, enough)
