"""The parts of self-attention that all kinds of blocks share."""

from collections.abc import Callable

import tensorflow as tf

from trainer.encoders import softmax
from trainer.encoders.dropout import drop
from trainer.encoders.elementwise import Dropout
from trainer.encoders.token_list import ALL_TEXTS, ONLY_TEXT, TokenList


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
    return tf.matmul(query * _scale(query), key, transpose_b=True)


def weights_in_training(
    query: tf.Tensor, key: tf.Tensor, mask: tf.Tensor, dropout: Dropout
) -> tf.Tensor:
    """Computes attention weights after dropout, with XLA.

    Args:
        query: float [batch, heads, queries, head width].
        key: float [batch, heads, length, head width].
        mask: bool [batch, length], false for padding.
        dropout: dropout of the weights.

    Returns:
        float [batch, heads, queries, length].
    """
    products = tf.matmul(query, key, transpose_b=True)
    return softmax.dropped_softmax(products, mask, _scale(query), dropout)


def mixed(
    scores: tf.Tensor, value: tf.Tensor, mask: tf.Tensor, dropout: Dropout
) -> tuple[tf.Tensor, tf.Tensor]:
    """Averages the values of all heads by their scores, and joins the heads.

    Args:
        scores: float [batch, heads, queries, length].
        value: float [batch, heads, length, head width].
        mask: bool [batch, length], false for padding.
        dropout: dropout of the attention weights.

    Returns:
        float [batch * queries, width], and the attention weights before dropout, like
        `scores`.
    """
    weights = softmax.masked_softmax(scores, mask)
    return joined(drop(weights, *dropout), value), weights


def joined(weights: tf.Tensor, value: tf.Tensor) -> tf.Tensor:
    """Averages the values of all heads, and joins the heads.

    Args:
        weights: float [batch, heads, queries, length].
        value: float [batch, heads, length, head width].

    Returns:
        float [batch * queries, width].
    """
    by_row = tf.transpose(tf.matmul(weights, value), [0, 2, 1, 3])
    width = value.shape[1] * value.shape[3]
    return tf.reshape(by_row, [-1, width])


def first_tokens(hidden: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """Takes the first token of every text.

    Args:
        hidden: float [batch * length, width].
        mask: bool [batch, length].

    Returns:
        float [batch, width].
    """
    return tf.reshape(hidden, [*tf.unstack(tf.shape(mask)), hidden.shape[-1]])[:, 0]


def of_list(
    product: tf.Tensor, tokens: TokenList, heads: int, first_only: bool
) -> tf.Tensor:
    """Lets the tokens of each text attend to each other; for served models.

    Args:
        product: float [tokens, 3 * width], of query, key and value.
        tokens: the list of tokens.
        heads: the number of heads.
        first_only: whether only the first token of each text is needed.

    Returns:
        float [tokens, width], or [batch, width] of the first tokens.
    """
    result: tf.Tensor = tf.cond(
        tf.shape(tokens.lengths)[0] == 1,
        lambda: _of_groups(
            product, tokens, ONLY_TEXT, heads, first_only, softmax.few_rows
        ),
        lambda: _of_groups(
            product, tokens, ALL_TEXTS, heads, first_only, tf.nn.softmax
        ),
    )
    return result


def _of_groups(
    product: tf.Tensor,
    tokens: TokenList,
    chosen: slice,
    heads: int,
    first_only: bool,
    to_weights: Callable[[tf.Tensor], tf.Tensor],
) -> tf.Tensor:
    width = product.shape[-1] // 3
    # Reading heads from the list also transposes them and adds padding.
    table = tf.reshape(product, [-1, width // heads])
    scale = tf.constant((width // heads) ** -0.5, product.dtype)
    lowest = tf.constant(product.dtype.min / 2, product.dtype)
    results = []
    for group in tokens.groups[chosen]:
        query, key, value = _parts(table, group.parts, first_only)
        left_out = tf.cast(group.hidden, product.dtype) * lowest
        scores = tf.matmul(query, key, transpose_b=True) * scale + left_out
        result = tf.matmul(to_weights(scores), value)
        results.append(tf.reshape(result, [-1, width // heads]))
    joined = tf.concat(results, 0)
    if not first_only:
        joined = tf.gather(joined, tokens.mixed)
    return tf.reshape(joined, [-1, width])


def _parts(
    table: tf.Tensor, parts: tf.Tensor, first_only: bool
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    if not first_only:
        query, key, value = tf.unstack(tf.gather(table, parts))
        return query, key, value
    key, value = tf.unstack(tf.gather(table, parts[1:]))
    return tf.gather(table, parts[0, :, :, :1]), key, value


def _scale(query: tf.Tensor) -> float:
    return float(query.shape[-1] ** -0.5)
