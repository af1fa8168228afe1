"""What stands between the matrix products of a block, computed in float32.

On a processor it would cost as much as the products: many passes over memory. In
training XLA makes one pass of each function here, and the gradients are written out so
that it makes one of them too. It compiles a function once for every shape, a tenth of a
second each. A served graph has none of XLA, for a server may lack it.
"""

import math
from collections.abc import Callable

import tensorflow as tf

_Tensors = tuple[tf.Tensor, ...]


def gelu(values: tf.Tensor, compiled: bool) -> tf.Tensor:
    """Applies the exact GELU of Hendrycks and Gimpel (2016), not its tanh likeness.

    Args:
        values: a float tensor.
        compiled: whether XLA compiles it and its gradient.

    Returns:
        A tensor like `values`.
    """
    if compiled:
        return _trained_gelu(values)
    # Not by way of float32: as it stands, oneDNN makes it a part of the product.
    return tf.nn.gelu(values, approximate=False)


def add_and_normalize(
    values: tf.Tensor,
    added: tf.Tensor,
    gamma: tf.Tensor,
    beta: tf.Tensor,
    epsilon: float,
    compiled: bool,
) -> tf.Tensor:
    """Adds two tensors and normalizes every row (Ba et al., 2016).

    Args:
        values: float [..., width].
        added: a tensor like `values`.
        gamma: float32 [width], scales.
        beta: float32 [width], shifts.
        epsilon: what is added to the variance.
        compiled: whether XLA compiles it and its gradient.

    Returns:
        A tensor like `values`.
    """
    function = _trained_normalization if compiled else _normalize
    return function(values, added, gamma, beta, tf.constant(epsilon))


def masked_softmax(scores: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """Turns scores into weights that leave padding out.

    Args:
        scores: float [batch, heads, length, length].
        mask: bool [batch, length], false for padding.

    Returns:
        A tensor like `scores`; every row sums to 1.
    """
    scores = tf.where(mask[:, None, None, :], scores, scores.dtype.min)
    return tf.nn.softmax(scores)


def _gelu(values: tf.Tensor) -> tf.Tensor:
    exact = tf.cast(values, tf.float32)
    return tf.cast(tf.nn.gelu(exact, approximate=False), values.dtype)


def _gelu_gradient(values: tf.Tensor, upstream: tf.Tensor) -> tf.Tensor:
    exact = tf.cast(values, tf.float32)
    share = 0.5 * (1.0 + tf.math.erf(exact * math.sqrt(0.5)))
    density = tf.exp(-0.5 * exact * exact) / math.sqrt(2.0 * math.pi)
    gradient = tf.cast(upstream, tf.float32) * (share + exact * density)
    return tf.cast(gradient, values.dtype)


def _standardize(
    values: tf.Tensor, added: tf.Tensor, epsilon: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """The sum with mean 0 and variance 1 in every row, and what it was scaled by."""
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


def _normalization_gradient(
    values: tf.Tensor,
    added: tf.Tensor,
    gamma: tf.Tensor,
    epsilon: tf.Tensor,
    upstream: tf.Tensor,
) -> _Tensors:
    """What flows to the sum, to gamma and to beta."""
    standard, scale = _standardize(values, added, epsilon)
    exact = tf.cast(upstream, tf.float32)
    scaled = exact * gamma
    mean = tf.reduce_mean(scaled, -1, keepdims=True)
    along = tf.reduce_mean(scaled * standard, -1, keepdims=True)
    total = (scaled - mean - standard * along) * scale
    leading = list(range(len(values.shape) - 1))
    return (
        tf.cast(total, values.dtype),
        tf.reduce_sum(exact * standard, leading),
        tf.reduce_sum(exact, leading),
    )


def _compiled(function: Callable[..., tf.Tensor]) -> Callable[..., tf.Tensor]:
    return tf.function(function, autograph=False, jit_compile=True)


_compiled_gelu = _compiled(_gelu)
_compiled_gelu_gradient = _compiled(_gelu_gradient)
_compiled_normalize = _compiled(_normalize)
_compiled_normalization_gradient = _compiled(_normalization_gradient)


@tf.custom_gradient
def _trained_gelu(
    values: tf.Tensor,
) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
    def gradient(upstream: tf.Tensor) -> tf.Tensor:
        return _compiled_gelu_gradient(values, upstream)

    return _compiled_gelu(values), gradient


@tf.custom_gradient
def _trained_normalization(
    values: tf.Tensor,
    added: tf.Tensor,
    gamma: tf.Tensor,
    beta: tf.Tensor,
    epsilon: tf.Tensor,
) -> tuple[tf.Tensor, Callable[[tf.Tensor], tuple[tf.Tensor | None, ...]]]:
    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor | None, ...]:
        total, to_gamma, to_beta = _compiled_normalization_gradient(
            values, added, gamma, epsilon, upstream
        )
        return total, total, to_gamma, to_beta, None

    return _compiled_normalize(values, added, gamma, beta, epsilon), gradient
