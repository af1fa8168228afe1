"""Dropout as a pure function, so that a step depends on its number, not on history."""

import tensorflow as tf

from trainer.text import PADDING_ID

_LEVELS = 256


def drop(
    values: tf.Tensor, rate: float, seed: tf.Tensor | None, draw: int
) -> tf.Tensor:
    """Sets a random share of values to zero and scales the others up.

    Args:
        values: a float tensor.
        rate: the share, 0 to less than 1; rounded to 256ths, so that a random byte
            decides, where a float takes three times as long to draw.
        seed: int32 [2], the same in one step; None leaves the values alone.
        draw: which draw of the step this is: each wants its own number.

    Returns:
        A tensor like `values`.
    """
    if seed is None or rate == 0.0:
        return values
    dropped = min(round(rate * _LEVELS), _LEVELS - 1)
    count = tf.size(values)
    words = tf.random.stateless_uniform(
        [-(-count // 4)], _fold(seed, draw), None, None, tf.uint32
    )
    random = tf.reshape(tf.bitcast(words, tf.uint8), [-1])[:count]
    kept = tf.reshape(random, tf.shape(values)) >= dropped
    scale = tf.constant(_LEVELS / (_LEVELS - dropped), values.dtype)
    return values * tf.where(kept, scale, tf.zeros([], values.dtype))


def drop_tokens(
    input_ids: tf.Tensor, rate: float, seed: tf.Tensor | None, draw: int
) -> tf.Tensor:
    """Turns a random share of tokens into padding, but never a row's first.

    A small model learns single rare words by heart; this makes it read all of them.

    Args:
        input_ids: int32 [batch, length], padded with 0.
        rate: the share, 0 to less than 1.
        seed: int32 [2], the same in one step; None leaves the tokens alone.
        draw: which draw of the step this is.

    Returns:
        int32 [batch, length]; the tokens that are left keep their places.
    """
    if seed is None or rate == 0.0:
        return input_ids
    chance = tf.random.stateless_uniform(tf.shape(input_ids), _fold(seed, draw))
    first = tf.range(tf.shape(input_ids)[1]) == 0
    return tf.where(first | (chance >= rate), input_ids, PADDING_ID)


def _fold(seed: tf.Tensor, draw: int) -> tf.Tensor:
    return tf.random.experimental.stateless_fold_in(seed, draw)
