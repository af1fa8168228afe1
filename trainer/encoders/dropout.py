"""Dropout as a pure function, so that a step depends on its seed and not on history."""

import tensorflow as tf

from trainer.text.tokenizer import PADDING_ID

_LEVELS = 256


def drop(
    values: tf.Tensor, rate: float, seed: tf.Tensor | None, draw: int
) -> tf.Tensor:
    """Sets a random share of values to zero and scales the others up.

    Args:
        values: a float tensor.
        rate: the share, 0 to less than 1; rounded to 256ths, because drawing random
            bytes takes a third of the time of drawing floats.
        seed: int32 [2], the same in one step; None leaves the values alone.
        draw: the number of this draw, which must be unique in the step.

    Returns:
        A tensor like `values`.
    """
    if seed is None or rate == 0.0:
        return values
    kept = random_bytes(tf.shape(values), seed, draw) >= threshold(rate)
    scale = tf.constant(_LEVELS / (_LEVELS - threshold(rate)), values.dtype)
    return values * tf.where(kept, scale, tf.zeros([], values.dtype))


def threshold(rate: float) -> int:
    """Computes the threshold below which a random byte drops a value.

    Args:
        rate: the share to be dropped, 0 to less than 1.

    Returns:
        The threshold, 0 to 255. The values that are kept must be multiplied by
        256 / (256 - threshold).
    """
    return min(round(rate * _LEVELS), _LEVELS - 1)


def random_bytes(shape: tf.Tensor, seed: tf.Tensor, draw: int) -> tf.Tensor:
    """Draws random bytes.

    Args:
        shape: int32 [rank].
        seed: int32 [2], the same in one step.
        draw: the number of this draw, which must be unique in the step.

    Returns:
        uint8 tensor of that shape.
    """
    count = tf.reduce_prod(shape)
    words = tf.random.stateless_uniform(
        [-(-count // 4)], _fold(seed, draw), None, None, tf.uint32
    )
    return tf.reshape(tf.reshape(tf.bitcast(words, tf.uint8), [-1])[:count], shape)


def drawn(
    shape: tf.Tensor, rate: float, seed: tf.Tensor | None, draw: int
) -> tuple[tf.Tensor, tf.Tensor]:
    """Draws what `dropped` needs.

    Args:
        shape: int32 [rank], of the values.
        rate: the share to be dropped, 0 to less than 1; rounded to 256ths.
        seed: int32 [2], the same in one step; required if the rate is above 0.
        draw: the number of this draw, which must be unique in the step.

    Returns:
        A random byte for each value, and the byte below which a value is dropped, both
        uint8.
    """
    limit = threshold(rate)
    random = random_bytes(shape, seed, draw) if limit else tf.zeros(shape, tf.uint8)
    return random, tf.constant(limit, tf.uint8)


def dropped(values: tf.Tensor, random: tf.Tensor, limit: tf.Tensor) -> tf.Tensor:
    """Drops values as `drop` does, for functions that XLA compiles.

    This is also its own gradient.

    Args:
        values: a float tensor.
        random: from `drawn`.
        limit: from `drawn`.

    Returns:
        float32 tensor of the shape of `values`.
    """
    scale = _LEVELS / (_LEVELS - tf.cast(limit, tf.float32))
    return tf.where(random >= limit, tf.cast(values, tf.float32) * scale, 0.0)


def drop_tokens(
    input_ids: tf.Tensor, rate: float, seed: tf.Tensor | None, draw: int
) -> tf.Tensor:
    """Turns a random share of tokens into padding, but never a row's first.

    A small model memorizes single rare words; this makes it use all words.

    Args:
        input_ids: int32 [batch, length], padded with 0.
        rate: the share, 0 to less than 1.
        seed: int32 [2], the same in one step; None leaves the tokens alone.
        draw: the number of this draw, which must be unique in the step.

    Returns:
        int32 [batch, length]; the other tokens keep their positions.
    """
    if seed is None or rate == 0.0:
        return input_ids
    chance = tf.random.stateless_uniform(tf.shape(input_ids), _fold(seed, draw))
    first = tf.range(tf.shape(input_ids)[1]) == 0
    return tf.where(first | (chance >= rate), input_ids, PADDING_ID)


def _fold(seed: tf.Tensor, draw: int) -> tf.Tensor:
    return tf.random.experimental.stateless_fold_in(seed, draw)
