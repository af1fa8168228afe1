"""Where tokens are and which they see: rotary positions and local attention."""

import numpy as np
import tensorflow as tf

# Cosine and sine, float32 [length, width].
Waves = tuple[tf.Tensor, tf.Tensor]


def waves(length: tf.Tensor, width: int, theta: float) -> Waves:
    """Computes the angle of each position (Su et al., 2021).

    Args:
        length: int32 scalar, number of positions.
        width: of the vectors of a head; even.
        theta: the base of the wave lengths.

    Returns:
        Cosine and sine of the angles; the second half of a row repeats the first.
    """
    speeds = theta ** -(np.arange(0, width, 2) / width)
    angles = tf.cast(tf.range(length), tf.float32)[:, None] * tf.constant(
        np.concatenate([speeds, speeds]), tf.float32
    )
    return tf.cos(angles), tf.sin(angles)


def turned(values: tf.Tensor, by: Waves) -> tf.Tensor:
    """Turns each pair of numbers by the angle of its position, in float32.

    Args:
        values: float [batch, heads, length, width]; a number and the one half a row
            behind it are a pair.
        by: from `waves`.

    Returns:
        A tensor like `values`.
    """
    exact = tf.cast(values, tf.float32)
    first, second = tf.split(exact, 2, axis=-1)
    crossed = tf.concat([-second, first], -1)
    return tf.cast(exact * by[0] + crossed * by[1], values.dtype)


def unseen(length: tf.Tensor, reach: int | None, dtype: tf.DType) -> tf.Tensor:
    """Computes what hides tokens beyond a reach, to be added to attention scores.

    Args:
        length: int32 scalar, number of tokens.
        reach: how many tokens before and behind a token it sees; None if all.
        dtype: of the scores.

    Returns:
        [length, length] or [1, 1]; 0 where tokens are seen.
    """
    if reach is None:
        return tf.zeros([1, 1], dtype)
    places = tf.range(length)
    distance = tf.abs(places[:, None] - places[None])
    # A quarter, because padding is hidden by another half of the lowest number.
    return tf.where(distance <= reach, tf.zeros([], dtype), dtype.min / 4)
