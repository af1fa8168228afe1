"""ModernBERT (Warner et al., 2024) with pretrained weights.

Hidden states are normalized before attention and feed-forward, positions are rotary (Su
et al., 2021), the feed-forward is gated (GeGLU, Shazeer, 2020), and in most blocks a
token sees only its neighbours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import tensorflow as tf
import tf_keras

from trainer.encoders import attention, elementwise, rotary
from trainer.encoders.block import Initial, dense
from trainer.encoders.dropout import drop
from trainer.encoders.lora import QueryKeyValue
from trainer.encoders.stack import Stack, of_block
from trainer.pretrained.modernbert_config import Attention


@dataclass(frozen=True)
class ModernBertShape:
    """The sizes of a ModernBERT; widths in units, dropout as a fraction.

    Attributes:
        width: width of a token's vector.
        heads: number of attention heads; divides the width.
        feed_forward: width between the two feed-forward products.
        id_count: number of possible token ids.
        epsilon: what layer norms add to the variance.
        attentions: how tokens see each other, by block.
        embedding_dropout: dropout of the embeddings.
        attention_dropout: dropout of attention weights and of what attention adds.
        mlp_dropout: dropout between the two feed-forward products.
    """

    width: int
    heads: int
    feed_forward: int
    id_count: int
    epsilon: float
    attentions: Sequence[Attention]
    embedding_dropout: float
    attention_dropout: float
    mlp_dropout: float


class ModernBert(Stack):
    """Word embeddings, blocks, a last layer norm.

    Args:
        shape: widths, counts and rates.
        precision: the dtype of hidden states; variables are float32.
        initial: values of the variables.
    """

    def __init__(
        self, shape: ModernBertShape, precision: str, initial: Initial
    ) -> None:
        blocks = [
            ModernBertBlock(shape, number, precision, of_block(initial, number))
            for number in range(len(shape.attentions))
        ]
        super().__init__("modernbert", shape.width, blocks, precision)
        self._dropout = shape.embedding_dropout
        self.words = self.table("words/embeddings", shape.id_count, initial)
        self.norm = Scale("layer_norm", shape.epsilon, initial)
        self.final_norm = Scale("final_layer_norm", shape.epsilon, initial)

    def embed(self, input_ids: tf.Tensor, seed: tf.Tensor | None) -> tf.Tensor:
        """Looks up and normalizes word embeddings.

        Args:
            input_ids: int32 [batch, length], padded with 0.
            seed: int32 [2], switches dropout on.

        Returns:
            float32 [batch, length, width].
        """
        return drop(self.norm(tf.gather(self.words, input_ids)), self._dropout, seed, 0)


class ModernBertBlock(tf_keras.layers.Layer):
    """Normalized self-attention and gated feed-forward, each added to its input.

    Args:
        shape: widths and rates.
        number: of the block; the first has no norm before its attention.
        precision: the dtype of the products; variables are float32.
        initial: values of the variables.
    """

    def __init__(
        self, shape: ModernBertShape, number: int, precision: str, initial: Initial
    ) -> None:
        # With autocast, Keras would cast the inputs to float32.
        super().__init__(name=f"block_{number}", autocast=False)
        self._shape = shape
        self._attention = shape.attentions[number]

        def layer(
            name: str, units: int, kind: Any = tf_keras.layers.Dense
        ) -> tf_keras.layers.Layer:
            return dense(name, units, precision, initial, kind, use_bias=False)

        self.attention_norm: tf_keras.layers.Layer | None = None
        if number:
            self.attention_norm = Scale("attention_layer_norm", shape.epsilon, initial)
        self.query_key_value = layer("query_key_value", 3 * shape.width, QueryKeyValue)
        self.mix = layer("mix", shape.width)
        self.feed_forward_norm = Scale(
            "feed_forward_layer_norm", shape.epsilon, initial
        )
        self.inner = layer("inner", 2 * shape.feed_forward)
        self.outer = layer("outer", shape.width)

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
            the attention weights, float [batch, heads, length or 1, length].
        """
        shape = self._shape
        normed = hidden if self.attention_norm is None else self.attention_norm(hidden)
        attended, weights = self._attend(normed, mask, seed, draw, first_only)
        if first_only:
            hidden = attention.first_tokens(hidden, mask)
        hidden += drop(attended, shape.attention_dropout, seed, draw + 1)
        inner, gate = tf.split(self.inner(self.feed_forward_norm(hidden)), 2, axis=-1)
        gated = elementwise.gelu(inner, compiled=False) * gate
        gated = drop(gated, shape.mlp_dropout, seed, draw + 2)
        return hidden + self.outer(gated), weights

    def _attend(
        self,
        hidden: tf.Tensor,
        mask: tf.Tensor,
        seed: tf.Tensor | None,
        draw: int,
        first_only: bool,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        shape, length = self._shape, tf.shape(mask)[1]
        head_width = shape.width // shape.heads
        query, key, value = attention.split_heads(
            self.query_key_value(hidden), mask, shape.heads, shape.width
        )
        waves = rotary.waves(length, head_width, self._attention.theta)
        query, key = rotary.turned(query, waves), rotary.turned(key, waves)
        unseen = rotary.unseen(length, self._attention.reach, query.dtype)
        if first_only:
            query, unseen = query[:, :, :1], unseen[:1]
        scores = attention.scores(query, key) + unseen
        dropout = elementwise.Dropout(shape.attention_dropout, seed, draw)
        mixed, weights = attention.mixed(scores, value, mask, dropout)
        return self.mix(mixed), weights


class Scale(tf_keras.layers.Layer):
    """Layer normalization without a shift; its arithmetic is float32.

    Args:
        name: the layer's name.
        epsilon: what is added to the variance.
        initial: values of `NAME/gamma`.
    """

    def __init__(self, name: str, epsilon: float, initial: Initial) -> None:
        super().__init__(name=name, autocast=False)
        self._epsilon = epsilon
        self._initial = initial

    def build(self, shape: tf.TensorShape) -> None:
        """Makes the variable.

        Args:
            shape: of what will be normalized.
        """
        initializer = self._initial(f"{self.name}/gamma")
        self.gamma = self.add_weight("gamma", shape[-1:], initializer=initializer)

    def call(self, values: tf.Tensor) -> tf.Tensor:
        """Normalizes rows.

        Args:
            values: float [..., width].

        Returns:
            A tensor like `values`.
        """
        gamma = tf.convert_to_tensor(self.gamma)
        return elementwise.normalize(values, gamma, self._epsilon)
