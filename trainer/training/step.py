"""The compiled function of a training: an optimizer step."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import tensorflow as tf

from trainer.data.batches import Batch
from trainer.optim.adamw import AdamW
from trainer.optim.updates import Gradient
from trainer.training.objective import Objective

# From a batch's inputs and a seed for dropout to float32 logits [batch, classes].
Forward: TypeAlias = Callable[..., tf.Tensor]
_SUM = tf.distribute.ReduceOp.SUM


class Compiled:
    """Makes the steps of one model on all replicas of the strategy that is in scope.

    Every replica takes its share of the rows of every batch, the first replica the
    first row, the second the next, and so on.

    Args:
        forward: the model; if its encoder is frozen, only its head.
        weights: the variables to train.
        adamw: the optimizer, prepared for the weights.
        objective: the function to minimize.
        seed: the seed of all dropout.
        xla: whether XLA compiles the model, once for each shape of batches.
    """

    def __init__(
        self,
        forward: Forward,
        weights: list[tf.Variable],
        adamw: AdamW,
        objective: Objective,
        seed: int,
        xla: bool,
    ) -> None:
        self._forward = forward
        self._weights = weights
        self._adamw = adamw
        self._objective = objective
        self._seed = seed
        self._strategy = tf.distribute.get_strategy()
        # Autograph would convert the source of Keras: seconds, and no effect.
        self._sums = tf.function(
            self._sums_and_gradients, autograph=False, jit_compile=xla or None
        )
        self._steps: dict[tuple[int, tf.DType], Callable[..., tf.Tensor]] = {}

    def step(self, batches: Sequence[Batch]) -> tf.Tensor:
        """Makes one optimizer step.

        Args:
            batches: micro-batches, which are computed one after the other.

        Returns:
            float32 scalar, the mean objective over all their rows before the step.
        """
        parts = [part for one in batches for part in (one.inputs, one.labels)]
        key = len(batches), tf.as_dtype(parts[0].dtype)
        if key not in self._steps:
            self._steps[key] = tf.function(
                self._step, len(batches) * _signature(key[1]), autograph=False
            )
        return self._steps[key](*parts)

    def _step(self, *parts: tf.Tensor) -> tf.Tensor:
        means = self._strategy.run(self._step_on_replica, parts)
        return self._strategy.reduce(_SUM, means, axis=None)

    def _step_on_replica(self, *parts: tf.Tensor) -> tf.Tensor:
        """Makes the step with all other replicas; returns its share of the mean."""
        context = tf.distribute.get_replica_context()
        replica, replicas = context.replica_id_in_sync_group, _replicas(context)
        pairs = list(zip(parts[::2], parts[1::2], strict=True))
        rows = tf.cast(tf.add_n([tf.size(labels) for _, labels in pairs]), tf.float32)
        scale = tf.constant(1.0)
        if self._adamw.loss_scale is not None:
            scale = self._adamw.loss_scale.scale.read_value()
        base = tf.stack([self._seed, tf.cast(self._adamw.iterations, tf.int32)])
        mean, gradients = tf.constant(0.0), None
        for place, (inputs, labels) in enumerate(pairs):
            seed = base
            if len(pairs) * replicas > 1:
                seed = tf.random.experimental.stateless_fold_in(
                    base, place * replicas + replica
                )
            # Waits for the part before, to keep only its activations in memory.
            with tf.control_dependencies([mean]):
                inputs = tf.identity(inputs[replica::replicas])
            part, more = self._sums(
                inputs, labels[replica::replicas], seed, scale / rows
            )
            mean += part / scale
            gradients = more if gradients is None else _add_all(gradients, more)
        assert gradients is not None
        self._adamw.apply_gradients(
            (gradient, weight)
            for gradient, weight in zip(gradients, self._weights, strict=True)
            if gradient is not None
        )
        return mean

    def _sums_and_gradients(
        self, inputs: tf.Tensor, labels: tf.Tensor, seed: tf.Tensor, factor: tf.Tensor
    ) -> tuple[tf.Tensor, list[Gradient | None]]:
        """`factor` times the summed objective, and that product's gradients."""
        with tf.GradientTape() as tape:
            logits = self._forward(inputs, seed=seed)
            total = factor * tf.reduce_sum(self._objective(logits, labels))
        return total, tape.gradient(total, self._weights)


def _signature(dtype: tf.DType) -> list[tf.TensorSpec]:
    """The signature of one compiled function for batches of any size and length."""
    return [tf.TensorSpec([None, None], dtype), tf.TensorSpec([None], tf.int32)]


def _replicas(context: tf.distribute.ReplicaContext) -> int:
    return int(context.num_replicas_in_sync)


def _add_all(
    some: list[Gradient | None], others: list[Gradient | None]
) -> list[Gradient | None]:
    return [
        None if one is None else _add(one, other)
        for one, other in zip(some, others, strict=True)
    ]


def _add(one: Gradient, other: Gradient) -> Gradient:
    if not isinstance(one, tf.IndexedSlices):
        return one + other
    return tf.IndexedSlices(
        tf.concat([one.values, other.values], 0),
        tf.concat([one.indices, other.indices], 0),
        one.dense_shape,
    )
