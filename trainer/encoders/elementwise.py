"""The operations between the matrix products of a block, computed in float32.

On a CPU they would cost as much as the products, because they pass over memory many
times. In training, XLA compiles each function here into one pass. The gradients are
written out, so that XLA compiles each of them into one pass as well. Compiling takes a
tenth of a second for each function and shape. A served graph does not use XLA, because
a server may not have it.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from trainer.encoders.dropout import drawn, drop, dropped

_Tensors = tuple[tf.Tensor, ...]

# oneDNN divides each layer norm among all threads. Waking them takes longer than to
# compute as many rows as one text has.
_FEW_ROWS = 128


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
    random, limit = drawn(tf.shape(added), *dropout)
    return _trained_normalization(
        values, added, norm.gamma, norm.beta, epsilon, random, limit
    )


def served_normalization(
    values: tf.Tensor, added: Sequence[tf.Tensor], norm: Norm
) -> tf.Tensor:
    """Normalizes sums (Ba et al., 2016) in the form that oneDNN has one operation for.

    Without oneDNN, TensorFlow computes what is written here: the normalization of a
    batch in which each row is a channel, with float32 statistics. A few rows are
    normalized in float32, without this form.

    Args:
        values: float [rows, width].
        added: no tensor, or one like `values`.
        norm: how to scale and shift.

    Returns:
        A tensor like `values`.
    """
    # Cast here, so that the exported graph has both forms as constants.
    scale, shift = (tf.cast(one, values.dtype) for one in (norm.gamma, norm.beta))
    result: tf.Tensor = tf.cond(
        tf.shape(values)[0] <= _FEW_ROWS,
        lambda: _normalize(
            values,
            added[0] if added else tf.zeros([], values.dtype),
            norm.gamma,
            norm.beta,
            tf.constant(norm.epsilon),
        ),
        lambda: (
            _standard(values + added[0] if added else values, norm.epsilon) * scale
            + shift
        ),
    )
    return result


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


def compile_with_xla(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiles a function with XLA, once for each shape of its arguments.

    Args:
        function: takes and returns tensors.

    Returns:
        The compiled function.
    """
    return tf.function(function, autograph=False, jit_compile=True)


def _gelu_and_slope(values: tf.Tensor) -> _Tensors:
    exact = tf.cast(values, tf.float32)
    share = 0.5 * (1.0 + tf.math.erf(exact * math.sqrt(0.5)))
    density = tf.exp(-0.5 * exact * exact) / math.sqrt(2.0 * math.pi)
    slope = share + exact * density
    return tf.cast(exact * share, values.dtype), tf.cast(slope, values.dtype)


def _standard(values: tf.Tensor, epsilon: float) -> tf.Tensor:
    """Rows with mean 0 and variance 1, in the form that oneDNN replaces."""
    rows = tf.shape(values)[:1]
    none = tf.constant([], tf.float32)
    standard, *_ = tf.raw_ops.FusedBatchNormV3(
        x=tf.reshape(values, [1, -1, values.shape[-1], 1]),
        scale=tf.fill(rows, 1.0),
        offset=tf.fill(rows, 0.0),
        mean=none,
        variance=none,
        epsilon=epsilon,
        data_format="NCHW",
    )
    return tf.reshape(standard, tf.shape(values))


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


def _drop_and_normalize(
    values: tf.Tensor,
    added: tf.Tensor,
    gamma: tf.Tensor,
    beta: tf.Tensor,
    epsilon: tf.Tensor,
    random: tf.Tensor,
    limit: tf.Tensor,
) -> tf.Tensor:
    return _normalize(values, dropped(added, random, limit), gamma, beta, epsilon)


def _normalization_gradient(
    values: tf.Tensor,
    added: tf.Tensor,
    gamma: tf.Tensor,
    epsilon: tf.Tensor,
    random: tf.Tensor,
    limit: tf.Tensor,
    upstream: tf.Tensor,
) -> _Tensors:
    """The gradients of values, added, gamma and beta."""
    added = dropped(added, random, limit)
    standard, scale = _standardize(values, added, epsilon)
    exact = tf.cast(upstream, tf.float32)
    scaled = exact * gamma
    mean = tf.reduce_mean(scaled, -1, keepdims=True)
    along = tf.reduce_mean(scaled * standard, -1, keepdims=True)
    total = (scaled - mean - standard * along) * scale
    leading = list(range(len(values.shape) - 1))
    return (
        tf.cast(total, values.dtype),
        tf.cast(dropped(total, random, limit), values.dtype),
        tf.reduce_sum(exact * standard, leading),
        tf.reduce_sum(exact, leading),
    )


_compiled_gelu = compile_with_xla(_gelu_and_slope)
_compiled_normalize = compile_with_xla(_drop_and_normalize)
_compiled_normalization_gradient = compile_with_xla(_normalization_gradient)


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
    limit: tf.Tensor,
) -> tuple[tf.Tensor, Callable[[tf.Tensor], tuple[tf.Tensor | None, ...]]]:
    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor | None, ...]:
        found = _compiled_normalization_gradient(
            values, added, gamma, epsilon, random, limit, upstream
        )
        # epsilon, random and limit are not trained.
        return *found, None, None, None

    found = _compiled_normalize(values, added, gamma, beta, epsilon, random, limit)
    return found, gradient
