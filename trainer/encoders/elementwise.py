"""What stands between the matrix products of a block, computed in float32."""

import tensorflow as tf


def gelu(values: tf.Tensor) -> tf.Tensor:
    """Applies the exact GELU of Hendrycks and Gimpel (2016), not its tanh likeness.

    Args:
        values: a float tensor.

    Returns:
        A tensor like `values`.
    """
    return tf.nn.gelu(values, approximate=False)


def add_and_normalize(
    values: tf.Tensor,
    added: tf.Tensor,
    gamma: tf.Tensor,
    beta: tf.Tensor,
    epsilon: float,
) -> tf.Tensor:
    """Adds two tensors and normalizes every row (Ba et al., 2016).

    Args:
        values: float [rows, width].
        added: float [rows, width].
        gamma: float32 [width], scales.
        beta: float32 [width], shifts.
        epsilon: what is added to the variance.

    Returns:
        A tensor like `values`.
    """
    total = tf.cast(values, tf.float32) + tf.cast(added, tf.float32)
    mean, variance = tf.nn.moments(total, [-1], keepdims=True)
    scale = tf.math.rsqrt(variance + epsilon) * gamma
    return tf.cast((total - mean) * scale + beta, values.dtype)


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
