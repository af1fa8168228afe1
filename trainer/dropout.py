"""Dropout as a pure function, so that a step depends on its number, not on history."""

import tensorflow as tf

from trainer.text import PADDING_ID


def drop(
    values: tf.Tensor, rate: float, seed: tf.Tensor | None, draw: int
) -> tf.Tensor:
    """Sets a random share of values to zero and scales the others up.

    Args:
        values: a float tensor.
        rate: the share, 0 to less than 1.
        seed: int32 [2], the same in one step; None leaves the values alone.
        draw: which draw of the step this is: each wants its own number.

    Returns:
        A tensor like `values`.
    """
    if seed is None or rate == 0.0:
        return values
    return tf.nn.experimental.stateless_dropout(values, rate, _fold(seed, draw))


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
