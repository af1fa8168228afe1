"""AdamW and its learning rate; everything counts optimizer steps."""

from collections.abc import Sequence
from dataclasses import dataclass

import tensorflow as tf
import tf_keras

from newsdesk.config.sections import Optimizer, Train
from trainer.data.batches import batch_count
from trainer.optim.adamw import AdamW
from trainer.optim.precision import LossScale


@dataclass(frozen=True)
class Steps:
    """How many optimizer steps there are: of an epoch, of all, of the warmup."""

    per_epoch: int
    total: int
    warmup: int


def count_steps(rows: int, train: Train, optimizer: Optimizer) -> Steps:
    """Derives all step counts; nothing else does.

    Args:
        rows: rows of the train split.
        train: the train section.
        optimizer: the optimizer section.

    Returns:
        The counts; the warmup ends with the training at the latest.
    """
    batches = batch_count(rows, train.batch_size)
    per_epoch = -(-batches // train.accumulation)
    total = per_epoch * train.epochs
    warmup = optimizer.warmup_steps
    if warmup is None:
        warmup = round(optimizer.warmup_ratio * total)
    return Steps(per_epoch, total, min(warmup, total))


class WarmupThenDecay(tf_keras.optimizers.schedules.LearningRateSchedule):
    """Rises in a line to the peak, and falls in a line towards zero.

    Step 0 already learns, at peak / (warmup + 1); step `warmup` has the peak; the
    last step, total - 1, still learns; zero would come after it.

    Args:
        peak: the highest learning rate.
        steps: how long it rises and falls.
    """

    def __init__(self, peak: float, steps: Steps) -> None:
        self._peak = peak
        self._steps = steps

    def __call__(self, step: tf.Tensor | int) -> tf.Tensor:
        """Gives the learning rate.

        Args:
            step: optimizer steps that were made before this one.

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
    """Makes AdamW with gradient clipping; biases and layer norms do not decay.

    Args:
        config: the optimizer section.
        steps: from `count_steps`.
        depths: the encoder's variables from the embeddings to the last block; the
            last block learns at `layer_decay` times the rate of the head, the one
            below it at that times `layer_decay`, and so on.
        loss_scale: what the loss is multiplied by, if it is.

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
