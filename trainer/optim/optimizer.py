"""Builds AdamW and its learning rate, which is counted in optimizer steps."""

from collections.abc import Sequence
from dataclasses import dataclass

import tensorflow as tf
import tf_keras

from newsdesk.config.encoders import Encoder, TransformerEncoder
from newsdesk.config.train import Optimizer, Train
from trainer.data.batches import batch_count
from trainer.optim import epochs
from trainer.optim.adamw import AdamW
from trainer.optim.precision import LossScale

_FROM_SCRATCH = TransformerEncoder()


@dataclass(frozen=True)
class Steps:
    """Numbers of optimizer steps: per epoch, in total, and in the warmup."""

    per_epoch: int
    total: int
    warmup: int

    @property
    def epochs(self) -> int:
        """The number of epochs."""
        return self.total // self.per_epoch


def count_steps(
    rows: int,
    train: Train,
    optimizer: Optimizer,
    encoder: Encoder = _FROM_SCRATCH,
    classes: int = 2,
) -> Steps:
    """Computes all numbers of steps; no other code does.

    Args:
        rows: rows of the train split.
        train: the train section.
        optimizer: the optimizer section.
        encoder: the model.encoder section; a pretrained one needs fewer epochs.
        classes: the number of labels; many need more steps.

    Returns:
        The numbers; the warmup is not longer than the training.
    """
    batches = batch_count(rows, train.batch_size)
    per_epoch = -(-batches // train.accumulation)
    total = per_epoch * (train.epochs or epochs.for_steps(per_epoch, encoder, classes))
    warmup = optimizer.warmup_steps
    if warmup is None:
        warmup = round(optimizer.warmup_ratio * total)
    return Steps(per_epoch, total, min(warmup, total))


class WarmupThenDecay(tf_keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that rises linearly to the peak, then falls linearly to zero.

    Step 0 has the rate peak / (warmup + 1), and step `warmup` has the peak. The last
    step, total - 1, still has a rate above zero.

    Args:
        peak: the highest learning rate.
        steps: the numbers of steps.
    """

    def __init__(self, peak: float, steps: Steps) -> None:
        self._peak = peak
        self._steps = steps

    def __call__(self, step: tf.Tensor | int) -> tf.Tensor:
        """Computes the learning rate of a step.

        Args:
            step: the number of optimizer steps before this one.

        Returns:
            float32 scalar.
        """
        step = tf.cast(step, tf.float32)
        rising = (step + 1) / (self._steps.warmup + 1)
        falling = (self._steps.total - step) / max(
            1, self._steps.total - self._steps.warmup
        )
        return self._peak * tf.minimum(rising, falling)


def build(
    config: Optimizer,
    steps: Steps,
    depths: Sequence[Sequence[tf.Variable]] = (),
    loss_scale: LossScale | None = None,
) -> AdamW:
    """Makes AdamW with gradient clipping, and without decay of biases and layer norms.

    Args:
        config: the optimizer section.
        steps: from `count_steps`.
        depths: the encoder's variables from the embeddings to the last block; the
            last block learns at `layer_decay` times the rate of the head, the one
            below it at that times `layer_decay`, and so on.
        loss_scale: the factor of the loss, None if it has none.

    Returns:
        The optimizer; `learning_rate` is its schedule, `iterations` its step.
    """
    factors = {
        id(weight): config.layer_decay ** (len(depths) - depth)
        for depth, weights in enumerate(depths)
        for weight in weights
    }
    schedule = WarmupThenDecay(config.learning_rate, steps)
    return AdamW(config, schedule, factors, loss_scale)
