"""AdamW with a learning rate per variable, in few passes over memory."""

from collections.abc import Iterable, Mapping
from typing import Any

import tensorflow as tf
import tf_keras
from official.modeling.optimization.legacy_adamw import AdamWeightDecay

from newsdesk.config.train import Optimizer
from trainer.optim.precision import LossScale
from trainer.optim.updates import Gradient, Scalars, change_all, change_rows, summed

# Variables whose names contain one of these are not decayed.
NOT_DECAYED = ("bias", "layer_norm", "LayerNorm")
_BETA_1, _BETA_2, _EPSILON = 0.9, 0.999, 1e-6


class AdamW(AdamWeightDecay):
    """Computes the same as tf-models' AdamW in about half of the time.

    Decay, clipping and Adam use TensorFlow's fused kernel. If an embedding row has
    several gradients, they are summed before the norm is computed, so that the norm
    does not depend on how the rows are distributed over replicas.

    Args:
        config: the optimizer section.
        schedule: the learning rate by step.
        factors: factors of the learning rate, by `id` of the variable; 1 by default.
        loss_scale: the factor of the loss, None if it has none. With it, a step whose
            gradients are not finite changes no variable.
    """

    def __init__(
        self,
        config: Optimizer,
        schedule: tf_keras.optimizers.schedules.LearningRateSchedule,
        factors: Mapping[int, float],
        loss_scale: LossScale | None = None,
    ) -> None:
        super().__init__(
            learning_rate=schedule,
            beta_1=_BETA_1,
            beta_2=_BETA_2,
            epsilon=_EPSILON,
            weight_decay_rate=config.weight_decay,
            gradient_clip_norm=config.clip_norm,
            exclude_from_weight_decay=list(NOT_DECAYED),
        )
        self._factors = factors
        self._lazy = config.lazy_embeddings
        self.loss_scale = loss_scale

    def prepare(self, weights: Iterable[tf.Variable]) -> None:
        """Creates the moments; must be called in the scope of the strategy.

        Args:
            weights: all variables that will be trained.
        """
        self._create_all_weights(list(weights))

    def apply_gradients(
        self,
        grads_and_vars: Iterable[tuple[Gradient, tf.Variable]],
        name: str | None = None,
        experimental_aggregate_gradients: bool = True,
    ) -> None:
        """Makes one step on all replicas together.

        Args:
            grads_and_vars: gradients with their variables; they are summed over the
                replicas.
            name: not used.
            experimental_aggregate_gradients: whether to sum them.
        """
        pairs = list(grads_and_vars)
        weights = [weight for _, weight in pairs]
        gradients = [gradient for gradient, _ in pairs]
        with tf.init_scope():
            self.prepare(weights)
        context = tf.distribute.get_replica_context()
        if experimental_aggregate_gradients and context.num_replicas_in_sync > 1:
            gradients = context.all_reduce(tf.distribute.ReduceOp.SUM, gradients)
        gradients = [summed(gradient) for gradient in gradients]
        scalars = self._scalars(tf.linalg.global_norm(gradients))

        def update(strategy: tf.distribute.Strategy, *values: Any) -> None:
            for weight, gradient in zip(weights, values[0], strict=True):
                self._update(strategy, weight, gradient, values[1])
            self.iterations.assign_add(1)

        context.merge_call(update, args=(gradients, scalars))

    def _scalars(self, norm: tf.Tensor) -> Scalars:
        """Computes the scalars of a step from the norm of the scaled gradients."""
        rate = self._decayed_lr(tf.float32)
        step = tf.cast(self.iterations + 1, tf.float32)
        correction = tf.sqrt(1 - _BETA_2**step) / (1 - _BETA_1**step)
        beta_1, beta_2 = tf.constant(_BETA_1), tf.constant(_BETA_2)
        if self.loss_scale is None:
            factor = self.gradient_clip_norm / tf.maximum(norm, self.gradient_clip_norm)
        else:
            finite = tf.math.is_finite(norm)
            limit = self.gradient_clip_norm * self.loss_scale.scale.read_value()
            factor = self.gradient_clip_norm / tf.maximum(norm, limit)
            # If not finite, these values leave all variables and moments unchanged.
            factor, rate = (tf.where(finite, value, 0.0) for value in (factor, rate))
            beta_1, beta_2 = (
                tf.where(finite, beta, 1.0) for beta in (_BETA_1, _BETA_2)
            )
            self.loss_scale.update(finite)
        return Scalars(rate, rate * correction, beta_1, beta_2, _EPSILON, factor)

    def _update(
        self,
        strategy: tf.distribute.Strategy,
        weight: tf.Variable,
        gradient: Any,
        scalars: Scalars,
    ) -> None:
        """Changes one variable and its moments, on every replica."""
        factor = self._factors.get(id(weight), 1.0)
        decay = factor * self.weight_decay_rate * self._do_use_weight_decay(weight.name)

        def change(
            value: tf.Variable,
            gradient: Gradient,
            first: tf.Variable,
            second: tf.Variable,
            scalars: Scalars,
        ) -> None:
            scalars = scalars._replace(corrected_rate=factor * scalars.corrected_rate)
            kept = 1 - decay * scalars.rate if decay else None
            gradient = self._scaled(gradient, scalars.factor)
            if isinstance(gradient, tf.IndexedSlices):
                if self._lazy:
                    change_rows(value, gradient, first, second, kept, scalars)
                    return
                gradient = tf.math.unsorted_segment_sum(
                    gradient.values, gradient.indices, value.shape[0]
                )
            change_all(value, gradient, first, second, kept, scalars)

        moments = self.get_slot(weight, "m"), self.get_slot(weight, "v")
        strategy.extended.update(
            weight, change, args=(gradient, *moments, scalars), group=False
        )

    def _scaled(self, gradient: Gradient, factor: tf.Tensor) -> Gradient:
        """Clips a gradient, and removes the scale of the loss from it."""
        if isinstance(gradient, tf.IndexedSlices):
            values = self._scaled(gradient.values, factor)
            return tf.IndexedSlices(values, gradient.indices, gradient.dense_shape)
        if self.loss_scale is None:
            return gradient * factor
        # Infinity times 0 must be 0 here, not NaN.
        return tf.math.multiply_no_nan(gradient, factor)
