"""The parts of self-attention that all kinds of blocks share."""

import tensorflow as tf

from trainer.encoders import elementwise
from trainer.encoders.dropout import drop


def split_heads(
    product: tf.Tensor, mask: tf.Tensor, heads: int, width: int
) -> list[tf.Tensor]:
    """Splits the product of query, key and value into heads.

    Args:
        product: float [batch * length, 3 * width].
        mask: bool [batch, length], false for padding.
        heads: the number of heads, which divides the width.
        width: of the block.

    Returns:
        Query, key and value, float [batch, heads, length, width / heads].
    """
    batch, length = tf.unstack(tf.shape(mask))
    parts = tf.reshape(product, [batch, length, 3, heads, width // heads])
    return list(tf.unstack(tf.transpose(parts, [2, 0, 3, 1, 4])))


def scores(query: tf.Tensor, key: tf.Tensor) -> tf.Tensor:
    """Multiplies queries and keys, scaled by the square root of the head's width.

    Args:
        query: float [batch, heads, queries, head width].
        key: float [batch, heads, length, head width].

    Returns:
        float [batch, heads, queries, length].
    """
    return tf.matmul(query * query.shape[-1] ** -0.5, key, transpose_b=True)


def mixed(
    scores: tf.Tensor,
    value: tf.Tensor,
    mask: tf.Tensor,
    dropout: float,
    seed: tf.Tensor | None,
    draw: int,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Averages the values of all heads by their scores, and joins the heads.

    Args:
        scores: float [batch, heads, queries, length].
        value: float [batch, heads, length, head width].
        mask: bool [batch, length], false for padding.
        dropout: the rate for attention weights.
        seed: int32 [2], switches dropout on.
        draw: the number of the random draw.

    Returns:
        float [batch * queries, width], and the attention weights before dropout, like
        `scores`.
    """
    weights = elementwise.masked_softmax(scores, mask)
    kept = drop(weights, dropout, seed, draw)
    by_row = tf.transpose(tf.matmul(kept, value), [0, 2, 1, 3])
    width = value.shape[1] * value.shape[3]
    return tf.reshape(by_row, [-1, width]), weights


def first_tokens(hidden: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """Takes the first token of every text.

    Args:
        hidden: float [batch * length, width].
        mask: bool [batch, length].

    Returns:
        float [batch, width].
    """
    return tf.reshape(hidden, [*tf.unstack(tf.shape(mask)), hidden.shape[-1]])[:, 0]
