"""LoRA (Hu et al., 2021, arXiv:2106.09685): trains small changes of frozen weights.

The change of a kernel is the product of a tall and a flat matrix. Both together have
far fewer values than the kernel, so the optimizer needs little memory.
"""

from collections.abc import Iterable
from typing import Any

import tensorflow as tf
import tf_keras

from trainer.encoders.products import Dense

# The paper's alpha / rank, with alpha = 2 * rank.
SCALE = 2.0
# Query, key and value.
_PARTS = 3


class QueryKeyValue(Dense):
    """The dense layer before attention; LoRA can change its query and its value.

    Args:
        units: width of query, key and value together.
        more: other arguments of the Keras layer.

    Attributes:
        lora: the change, None without one.
    """

    def __init__(self, units: int, **more: Any) -> None:
        super().__init__(units, **more)
        self.lora: Lora | None = None

    def adapt(self, rank: int) -> None:
        """Adds a change, which is zero at first.

        Args:
            rank: width between its two matrices.
        """
        self.lora = Lora(rank, self.units // _PARTS, self.dtype_policy)

    def merge(self) -> None:
        """Adds the change to the kernel, and removes it."""
        if self.lora is not None:
            self.kernel.assign(self.kernel + self.lora.change())
            self.lora = None

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Computes query, key and value.

        Args:
            inputs: float [tokens, width].
            training: whether a gradient will be computed.

        Returns:
            float [tokens, 3 * width].
        """
        result = super().call(inputs, training)
        return result if self.lora is None else result + self.lora(inputs)


class Lora(tf_keras.layers.Layer):
    """What is added to query and value.

    Args:
        rank: width between the two matrices.
        width: of a query, a key and a value.
        policy: the precision of the products; variables are float32.
    """

    def __init__(self, rank: int, width: int, policy: Any) -> None:
        super().__init__(name="lora", dtype=policy)
        self._rank = rank
        self._width = width

    def build(self, shape: tf.TensorShape) -> None:
        """Makes the variables: random ones, and zeros behind them.

        Args:
            shape: of the input.
        """
        rank, width = self._rank, self._width
        # As the authors' code does: uniform, up to one over the root of the width.
        random = tf_keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
        self.down = self.add_weight("down", [shape[-1], 2 * rank], initializer=random)
        self.query_up = self.add_weight("query_up", [rank, width], initializer="zeros")
        self.value_up = self.add_weight("value_up", [rank, width], initializer="zeros")

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Computes what is added.

        Args:
            inputs: float [tokens, width].

        Returns:
            float [tokens, 3 * width], zero for the key.
        """
        return tf.matmul(tf.matmul(inputs, self.down), self._up())

    def change(self) -> tf.Tensor:
        """Computes the change of the kernel.

        Returns:
            float32 [width, 3 * width].
        """
        return tf.matmul(self.down, self._up())

    def _up(self) -> tf.Tensor:
        """One matrix for both parts, because two products of all tokens are slower."""
        query, value = map(tf.convert_to_tensor, (self.query_up, self.value_up))
        zeros = tf.zeros_like(query)
        rows = [
            tf.concat([query, zeros, zeros], 1),
            tf.concat([zeros, zeros, value], 1),
        ]
        return SCALE * tf.concat(rows, 0)


def adapt(blocks: Iterable[Any], rank: int) -> None:
    """Adds LoRA to blocks.

    Args:
        blocks: layers with a `query_key_value`.
        rank: width between the two matrices of a change.
    """
    for block in blocks:
        block.query_key_value.adapt(rank)


def merge(blocks: Iterable[Any]) -> None:
    """Adds to the weights of blocks what LoRA has learned, and removes LoRA.

    Args:
        blocks: layers with a `query_key_value`.
    """
    for block in blocks:
        block.query_key_value.merge()


def layers(blocks: Iterable[Any]) -> list[Lora]:
    """Finds LoRA in blocks.

    Args:
        blocks: layers with a `query_key_value`.

    Returns:
        A layer for each block; none without LoRA.
    """
    found = [block.query_key_value.lora for block in blocks]
    return [one for one in found if one is not None]
