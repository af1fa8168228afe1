"""Attention weights: a softmax over the tokens that are not padding, and dropout.

As separate operations, a training passes over the weights ten times. XLA compiles one
pass for the values and one for the gradient, both in float32.
"""

from collections.abc import Callable

import tensorflow as tf

from trainer.encoders.dropout import drawn, dropped
from trainer.encoders.elementwise import Dropout, compile_with_xla


def masked_softmax(scores: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """Turns attention scores into weights, which are 0 for padding.

    Args:
        scores: float [batch, heads, queries, length].
        mask: bool [batch, length], false for padding.

    Returns:
        A tensor like `scores`; every row sums to 1.
    """
    # Added, because a choice with tf.where would need a gradient. Half of the lowest
    # number, so that the sum stays finite.
    left_out = tf.where(mask, tf.zeros([], scores.dtype), scores.dtype.min / 2)
    return tf.nn.softmax(scores + left_out[:, None, None, :])


def few_rows(scores: tf.Tensor) -> tf.Tensor:
    """Turns the attention scores of one text into weights; for served models.

    oneDNN divides a softmax among all threads, and for one text it waits longer for
    them than these operations take.

    Args:
        scores: float [..., length].

    Returns:
        A tensor like `scores`; every row sums to 1.
    """
    exact = tf.cast(scores, tf.float32)
    powers = tf.exp(exact - tf.reduce_max(exact, -1, keepdims=True))
    return tf.cast(powers / tf.reduce_sum(powers, -1, keepdims=True), scores.dtype)


def dropped_softmax(
    products: tf.Tensor, mask: tf.Tensor, scale: float, dropout: Dropout
) -> tf.Tensor:
    """Scales products of queries and keys, turns them into weights, and drops some.

    For training, because a served graph must not use XLA.

    Args:
        products: float [batch, heads, queries, length].
        mask: bool [batch, length], false for padding.
        scale: the factor of the products.
        dropout: dropout of the weights.

    Returns:
        A tensor like `products`.
    """
    random, limit = drawn(tf.shape(products), *dropout)
    return _trained(products, mask, tf.constant(scale), random, limit)


def _weights(
    products: tf.Tensor,
    mask: tf.Tensor,
    scale: tf.Tensor,
    random: tf.Tensor,
    limit: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor]:
    weights = masked_softmax(tf.cast(products, tf.float32) * scale, mask)
    kept = dropped(weights, random, limit)
    return tf.cast(kept, products.dtype), tf.cast(weights, products.dtype)


def _gradient(
    weights: tf.Tensor,
    scale: tf.Tensor,
    random: tf.Tensor,
    limit: tf.Tensor,
    upstream: tf.Tensor,
) -> tf.Tensor:
    slope = dropped(upstream, random, limit)
    exact = tf.cast(weights, tf.float32)
    along = tf.reduce_sum(exact * slope, -1, keepdims=True)
    return tf.cast(exact * (slope - along) * scale, weights.dtype)


_compiled_weights = compile_with_xla(_weights)
_compiled_gradient = compile_with_xla(_gradient)


@tf.custom_gradient
def _trained(
    products: tf.Tensor,
    mask: tf.Tensor,
    scale: tf.Tensor,
    random: tf.Tensor,
    limit: tf.Tensor,
) -> tuple[tf.Tensor, Callable[[tf.Tensor], tuple[tf.Tensor | None, ...]]]:
    kept, weights = _compiled_weights(products, mask, scale, random, limit)

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor | None, ...]:
        found = _compiled_gradient(weights, scale, random, limit, upstream)
        # Nothing else is trained.
        return found, None, None, None, None

    return kept, gradient
