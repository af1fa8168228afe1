"""The operations between the matrix products of a block, computed in float32.

On a CPU they would cost as much as the products, because they pass over memory many
times. In training, XLA compiles each function here into one pass. The gradients are
written out, so that XLA compiles each of them into one pass as well. Compiling takes a
tenth of a second for each function and shape. A served graph does not use XLA, because
a server may not have it.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import tensorflow as tf

from trainer.encoders.dropout import drop, random_bytes, threshold

_Tensors = tuple[tf.Tensor, ...]


class Norm(NamedTuple):
    """Parameters of a layer norm: gamma and beta, float32 [width], and epsilon."""

    gamma: tf.Tensor
    beta: tf.Tensor
    epsilon: float


class Dropout(NamedTuple):
    """Arguments of `trainer.encoders.dropout.drop`."""

    rate: float
    seed: tf.Tensor | None
    draw: int


NO_DROPOUT = Dropout(0.0, None, 0)


def gelu(values: tf.Tensor, compiled: bool) -> tf.Tensor:
    """Applies the exact GELU (Hendrycks and Gimpel, 2016), not the tanh approximation.

    Args:
        values: a float tensor.
        compiled: whether XLA compiles this and its gradient.

    Returns:
        A tensor like `values`.
    """
    if compiled:
        return _trained_gelu(values)
    # Without a cast to float32, so that oneDNN can fuse it into the product.
    return tf.nn.gelu(values, approximate=False)


def add_and_normalize(
    values: tf.Tensor, added: tf.Tensor, norm: Norm, dropout: Dropout, compiled: bool
) -> tf.Tensor:
    """Adds a tensor after dropout, and normalizes the rows (Ba et al., 2016).

    Args:
        values: float [..., width].
        added: a tensor like `values`.
        norm: how to scale and shift.
        dropout: dropout of `added`.
        compiled: whether XLA compiles this and its gradient; only in training.

    Returns:
        A tensor like `values`.
    """
    epsilon = tf.constant(norm.epsilon)
    if not compiled:
        added = drop(added, dropout.rate, dropout.seed, dropout.draw)
        return _normalize(values, added, norm.gamma, norm.beta, epsilon)
    shape = tf.shape(added)
    dropped = threshold(dropout.rate)
    random = (
        random_bytes(shape, dropout.seed, dropout.draw)
        if dropped
        else tf.zeros(shape, tf.uint8)
    )
    return _trained_normalization(
        values,
        added,
        norm.gamma,
        norm.beta,
        epsilon,
        random,
        tf.constant(dropped, tf.uint8),
    )


def normalize(values: tf.Tensor, gamma: tf.Tensor, epsilon: float) -> tf.Tensor:
    """Normalizes rows, without a shift and in float32.

    Args:
        values: float [..., width].
        gamma: float32 [width].
        epsilon: what is added to the variance.

    Returns:
        A tensor like `values`.
    """
    zero = tf.zeros([], values.dtype)
    standard, _ = _standardize(values, zero, tf.constant(epsilon))
    return tf.cast(standard * gamma, values.dtype)


def masked_softmax(scores: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """Turns attention scores into weights, which are 0 for padding.

    Args:
        scores: float [batch, heads, length, length].
        mask: bool [batch, length], false for padding.

    Returns:
        A tensor like `scores`; every row sums to 1.
    """
    # Added, because a choice with tf.where would need a gradient. Half of the lowest
    # number, so that the sum stays finite.
    left_out = tf.where(mask, tf.zeros([], scores.dtype), scores.dtype.min / 2)
    return tf.nn.softmax(scores + left_out[:, None, None, :])


def _gelu_and_slope(values: tf.Tensor) -> _Tensors:
    exact = tf.cast(values, tf.float32)
    share = 0.5 * (1.0 + tf.math.erf(exact * math.sqrt(0.5)))
    density = tf.exp(-0.5 * exact * exact) / math.sqrt(2.0 * math.pi)
    slope = share + exact * density
    return tf.cast(exact * share, values.dtype), tf.cast(slope, values.dtype)


def _standardize(
    values: tf.Tensor, added: tf.Tensor, epsilon: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """The sum, with mean 0 and variance 1 in every row, and its scaling factor."""
    total = tf.cast(values, tf.float32) + tf.cast(added, tf.float32)
    centred = total - tf.reduce_mean(total, -1, keepdims=True)
    variance = tf.reduce_mean(centred * centred, -1, keepdims=True)
    scale = tf.math.rsqrt(variance + epsilon)
    return centred * scale, scale


def _normalize(
    values: tf.Tensor,
    added: tf.Tensor,
    gamma: tf.Tensor,
    beta: tf.Tensor,
    epsilon: tf.Tensor,
) -> tf.Tensor:
    standard, _ = _standardize(values, added, epsilon)
    return tf.cast(standard * gamma + beta, values.dtype)


def _drop(added: tf.Tensor, random: tf.Tensor, dropped: tf.Tensor) -> tf.Tensor:
    scale = 256.0 / (256.0 - tf.cast(dropped, tf.float32))
    return tf.where(random >= dropped, tf.cast(added, tf.float32) * scale, 0.0)


def _drop_and_normalize(
    values: tf.Tensor,
    added: tf.Tensor,
    gamma: tf.Tensor,
    beta: tf.Tensor,
    epsilon: tf.Tensor,
    random: tf.Tensor,
    dropped: tf.Tensor,
) -> tf.Tensor:
    return _normalize(values, _drop(added, random, dropped), gamma, beta, epsilon)


def _normalization_gradient(
    values: tf.Tensor,
    added: tf.Tensor,
    gamma: tf.Tensor,
    epsilon: tf.Tensor,
    random: tf.Tensor,
    dropped: tf.Tensor,
    upstream: tf.Tensor,
) -> _Tensors:
    """The gradients of values, added, gamma and beta."""
    added = _drop(added, random, dropped)
    standard, scale = _standardize(values, added, epsilon)
    exact = tf.cast(upstream, tf.float32)
    scaled = exact * gamma
    mean = tf.reduce_mean(scaled, -1, keepdims=True)
    along = tf.reduce_mean(scaled * standard, -1, keepdims=True)
    total = (scaled - mean - standard * along) * scale
    leading = list(range(len(values.shape) - 1))
    return (
        tf.cast(total, values.dtype),
        tf.cast(_drop(total, random, dropped), values.dtype),
        tf.reduce_sum(exact * standard, leading),
        tf.reduce_sum(exact, leading),
    )


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    return tf.function(function, autograph=False, jit_compile=True)


_compiled_gelu = _compiled(_gelu_and_slope)
_compiled_normalize = _compiled(_drop_and_normalize)
_compiled_normalization_gradient = _compiled(_normalization_gradient)


@tf.custom_gradient
def _trained_gelu(
    values: tf.Tensor,
) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
    # Kept instead of the values, so that the error function is computed once.
    result, slope = _compiled_gelu(values)
    return result, lambda upstream: upstream * slope


@tf.custom_gradient
def _trained_normalization(
    values: tf.Tensor,
    added: tf.Tensor,
    gamma: tf.Tensor,
    beta: tf.Tensor,
    epsilon: tf.Tensor,
    random: tf.Tensor,
    dropped: tf.Tensor,
) -> tuple[tf.Tensor, Callable[[tf.Tensor], tuple[tf.Tensor | None, ...]]]:
    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor | None, ...]:
        found = _compiled_normalization_gradient(
            values, added, gamma, epsilon, random, dropped, upstream
        )
        # epsilon, random and dropped are not trained.
        return *found, None, None, None

    found = _compiled_normalize(values, added, gamma, beta, epsilon, random, dropped)
    return found, gradient
