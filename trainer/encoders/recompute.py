"""Computes a block again for its gradient, to save memory (Chen et al., 2016).

Without this, a training keeps every activation of every block until its gradient is
computed; attention weights alone grow with the square of the length.
"""

from collections.abc import Callable

import tensorflow as tf


def recomputed(
    block: Callable[..., tuple[tf.Tensor, tf.Tensor]],
    hidden: tf.Tensor,
    mask: tf.Tensor,
    seed: tf.Tensor,
    draw: int,
    first_only: bool,
) -> tf.Tensor:
    """Calls a block, and keeps only its input for the gradient.

    Args:
        block: a block whose variables exist.
        hidden: float [batch * length, width].
        mask: bool [batch, length], false for padding.
        seed: int32 [2]; both computations draw the same dropout.
        draw: the number of the first random draw.
        first_only: whether only the first token of each text is needed.

    Returns:
        A tensor like `hidden`, or float [batch, width] of the first tokens.
    """

    # TensorFlow adds to all arguments, so that no mask or seed can be among them.
    @tf.recompute_grad
    def compute(values: tf.Tensor) -> tf.Tensor:
        return block(values, mask, seed, draw, first_only)[0]

    return compute(hidden)
