"""A transformer block (Vaswani et al., 2017) with two-dimensional matrix products."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import tensorflow as tf
import tf_keras

from trainer.encoders import attention, elementwise, parts
from trainer.encoders.elementwise import Dropout, Norm
from trainer.encoders.lora import QueryKeyValue
from trainer.encoders.products import Dense
from trainer.encoders.token_list import TokenList

# Takes the name of a variable within its layer, such as "mix/kernel", and returns an
# initializer for Keras.
Initial = Callable[[str], Any]

# The number of random draws that the dropout of a block makes.
DRAWS = 3


@dataclass(frozen=True)
class BlockShape:
    """The sizes of a block; widths in units, dropout as a fraction.

    Attributes:
        width: width of a token's vector.
        heads: number of attention heads; divides the width.
        feed_forward: width between the two feed-forward products.
        activation: the function between them; GELU is the exact one.
        epsilon: what layer norms add to the variance.
        dropout: dropout of the result of each sub-layer, before it is added.
        attention_dropout: dropout of the attention weights.
        compiled: whether XLA compiles the operations between the products in training.
            This takes a second for every length, too long for a small model.
    """

    width: int
    heads: int
    feed_forward: int
    activation: Literal["gelu", "relu"]
    epsilon: float
    dropout: float
    attention_dropout: float
    compiled: bool


class Block(tf_keras.layers.Layer):
    """Self-attention and feed-forward, each added to its input and normalized.

    Args:
        shape: widths and rates.
        precision: the dtype of the products; variables are float32.
        initial: values of the variables.
        name: the layer's name.
    """

    def __init__(
        self, shape: BlockShape, precision: str, initial: Initial, name: str
    ) -> None:
        # With autocast, Keras would cast the inputs to float32.
        super().__init__(name=name, autocast=False)
        self._shape = shape
        width, inner = shape.width, shape.feed_forward
        self.query_key_value = dense(
            "query_key_value", 3 * width, precision, initial, QueryKeyValue
        )
        self.mix = dense("mix", width, precision, initial)
        self.attention_norm = LayerNorm("attention_layer_norm", shape.epsilon, initial)
        self.inner = dense("inner", inner, precision, initial)
        self.outer = dense("outer", width, precision, initial)
        self.output_norm = LayerNorm("output_layer_norm", shape.epsilon, initial)

    def call(
        self,
        hidden: tf.Tensor,
        mask: tf.Tensor,
        seed: tf.Tensor | None,
        draw: int,
        first_only: bool = False,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Computes one block.

        Args:
            hidden: float [batch * length, width].
            mask: bool [batch, length], false for padding.
            seed: int32 [2], switches dropout on.
            draw: the number of the first of DRAWS random draws.
            first_only: whether only the first token of each text is needed.

        Returns:
            A tensor like `hidden`, or float [batch, width] of the first tokens; and
            the attention weights, float [batch, heads, length or 1, length], in
            training perhaps after dropout.
        """
        shape = self._shape
        compiled = shape.compiled and seed is not None
        attended, weights = self._attend(hidden, mask, seed, draw, first_only)
        if first_only:
            hidden = attention.first_tokens(hidden, mask)
        dropout = Dropout(shape.dropout, seed, draw + 1)
        hidden = self.attention_norm(hidden, attended, dropout, compiled)
        training = seed is not None
        inner = self.inner(hidden, training=training)
        gelu = shape.activation == "gelu"
        inner = elementwise.gelu(inner, compiled) if gelu else tf.nn.relu(inner)
        dropout = Dropout(shape.dropout, seed, draw + 2)
        outer = self.outer(inner, training=training)
        return self.output_norm(hidden, outer, dropout, compiled), weights

    def _attend(
        self,
        hidden: tf.Tensor,
        mask: tf.Tensor,
        seed: tf.Tensor | None,
        draw: int,
        first_only: bool,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        shape = self._shape
        training = seed is not None
        product = self.query_key_value(hidden, training=training)
        query, key, value = attention.split_heads(
            product, mask, shape.heads, shape.width
        )
        dropout = Dropout(shape.attention_dropout, seed, draw)
        if first_only:
            query = query[:, :, :1]
        # Compiling takes longer than what a single query would save.
        if training and shape.compiled and not first_only:
            weights = attention.weights_in_training(query, key, mask, dropout)
            mixed = attention.joined(weights, value)
        else:
            scores = attention.scores(query, key)
            mixed, weights = attention.mixed(scores, value, mask, dropout)
        return self.mix(mixed, training=training), weights

    @property
    def heads_of_part(self) -> int:
        """The number of heads of each part of a served block."""
        return self._shape.heads // len(self._parts)

    @property
    def _parts(self) -> list[int | None]:
        shape = self._shape
        if self.query_key_value.lora is not None:
            return [None]
        return parts.numbers(shape.width, shape.heads, shape.feed_forward)

    def serve(
        self, hidden: tf.Tensor, tokens: TokenList, first_only: bool
    ) -> tf.Tensor:
        """Computes the block of a list of tokens, without padding and dropout.

        Args:
            hidden: float [tokens, width].
            tokens: the list, made for `heads_of_part`.
            first_only: whether only the first token of each text is needed.

        Returns:
            A tensor like `hidden`, or float [batch, width] of the first tokens.
        """
        attended, outer = [], []
        for part in self._parts:
            product = parts.columns(self.query_key_value, hidden, part, groups=3)
            mixed = attention.of_list(product, tokens, self.heads_of_part, first_only)
            attended.append(parts.rows(self.mix, mixed, part))
        if first_only:
            hidden = tf.gather(hidden, tokens.firsts)
        hidden = self.attention_norm.serve(hidden, attended)
        gelu = self._shape.activation == "gelu"
        for part in self._parts:
            inner = parts.columns(self.inner, hidden, part)
            inner = elementwise.gelu(inner, False) if gelu else tf.nn.relu(inner)
            outer.append(parts.rows(self.outer, inner, part))
        return self.output_norm.serve(hidden, outer)


class LayerNorm(tf_keras.layers.Layer):
    """Layer normalization of a sum; its arithmetic is float32 in every precision.

    Args:
        name: the layer's name.
        epsilon: what is added to the variance.
        initial: values of `NAME/gamma` and `NAME/beta`.
    """

    def __init__(self, name: str, epsilon: float, initial: Initial) -> None:
        super().__init__(name=name, autocast=False)
        self._epsilon = epsilon
        self._initial = initial

    def build(self, shape: tf.TensorShape) -> None:
        """Makes the variables.

        Args:
            shape: of what will be normalized.
        """
        for name in ("gamma", "beta"):
            initializer = self._initial(f"{self.name}/{name}")
            weight = self.add_weight(name, shape[-1:], initializer=initializer)
            setattr(self, name, weight)

    def call(
        self, values: tf.Tensor, added: tf.Tensor, dropout: Dropout, compiled: bool
    ) -> tf.Tensor:
        """Adds two tensors and normalizes the sum.

        Args:
            values: float [..., width].
            added: a tensor like `values`.
            dropout: dropout of `added`.
            compiled: whether XLA compiles this and its gradient.

        Returns:
            A tensor like `values`.
        """
        gamma, beta = map(tf.convert_to_tensor, (self.gamma, self.beta))
        norm = Norm(gamma, beta, self._epsilon)
        return elementwise.add_and_normalize(values, added, norm, dropout, compiled)

    def serve(self, values: tf.Tensor, added: Sequence[tf.Tensor]) -> tf.Tensor:
        """Adds tensors and normalizes the rows of the sum in a served model.

        Args:
            values: float [rows, width].
            added: one or two tensors like `values`.

        Returns:
            A tensor like `values`.
        """
        gamma, beta = map(tf.convert_to_tensor, (self.gamma, self.beta))
        # oneDNN adds these two in the product that computes the second.
        return elementwise.served_normalization(
            values + added[0], added[1:], Norm(gamma, beta, self._epsilon)
        )


def dense(
    name: str,
    units: int,
    precision: str,
    initial: Initial,
    kind: Any = Dense,
    **more: Any,
) -> tf_keras.layers.Layer:
    """Makes a dense layer with float32 variables and products in `precision`.

    Args:
        name: the layer's name.
        units: width of the result.
        precision: float32, bfloat16 or float16.
        initial: values of `NAME/kernel` and `NAME/bias`.
        kind: the class of the layer.
        more: other arguments of the Keras layer.

    Returns:
        The layer.
    """
    policy = precision if precision == "float32" else f"mixed_{precision}"
    return kind(
        units,
        kernel_initializer=initial(f"{name}/kernel"),
        bias_initializer=initial(f"{name}/bias"),
        dtype=tf_keras.mixed_precision.Policy(policy),
        name=name,
        **more,
    )
