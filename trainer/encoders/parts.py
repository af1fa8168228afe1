"""Products in two parts, which a server computes at the same time.

oneDNN computes a product on one thread if its matrices fit into the cache of a core,
as those of one text do. TensorFlow computes operations that do not need each other on
several threads. So half of the heads, and half of the feed-forward width, are computed
beside the other half. Each part has its own weights, computed before the export.
"""

from typing import Any

import tensorflow as tf

PARTS = 2
# Weights of the largest product of a block. If there are fewer, threads wait longer for
# each other than the product takes. If there are more, oneDNN uses several threads.
_FEWEST, _MOST = 1 << 18, 1 << 20


def numbers(width: int, heads: int, feed_forward: int) -> list[int | None]:
    """Decides into how many parts a block is divided.

    Args:
        width: width of the block.
        heads: the number of attention heads.
        feed_forward: width between the two feed-forward products.

    Returns:
        The numbers of the parts, or one None for a whole block.
    """
    divides = heads % PARTS == 0 and feed_forward % PARTS == 0
    if divides and _FEWEST <= width * feed_forward < _MOST:
        return list(range(PARTS))
    return [None]


def columns(
    layer: Any, inputs: tf.Tensor, part: int | None, groups: int = 1
) -> tf.Tensor:
    """Computes a dense layer, or a part of its columns.

    Args:
        layer: a dense layer.
        inputs: float [rows, width].
        part: number of the part, None for all columns.
        groups: how many groups the columns have, of which each is divided.

    Returns:
        float [rows, units], or [rows, units / PARTS].
    """
    if part is None:
        return layer(inputs)
    kernel, bias = map(tf.convert_to_tensor, (layer.kernel, layer.bias))
    width = kernel.shape[0]
    kernel = tf.reshape(kernel, [width, groups, PARTS, -1])[:, :, part]
    bias = tf.reshape(bias, [groups, PARTS, -1])[:, part]
    return _product(
        layer, inputs, tf.reshape(kernel, [width, -1]), tf.reshape(bias, [-1])
    )


def rows(layer: Any, inputs: tf.Tensor, part: int | None) -> tf.Tensor:
    """Computes a dense layer, or a part of its sum; the parts add up to its result.

    Args:
        layer: a dense layer.
        inputs: float [rows, width], or [rows, width / PARTS].
        part: number of the part, None for the whole sum.

    Returns:
        float [rows, units].
    """
    if part is None:
        return layer(inputs)
    kernel, bias = map(tf.convert_to_tensor, (layer.kernel, layer.bias))
    kernel = tf.reshape(kernel, [PARTS, -1, kernel.shape[1]])[part]
    return _product(layer, inputs, kernel, bias / PARTS)


def _product(
    layer: Any, inputs: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor
) -> tf.Tensor:
    kernel, bias = (tf.cast(one, layer.compute_dtype) for one in (kernel, bias))
    return tf.nn.bias_add(tf.matmul(inputs, kernel), bias)
