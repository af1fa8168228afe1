"""The transformer encoder of Vaswani et al. (2017), trained from scratch."""

import tensorflow as tf
import tf_keras

from pipeline.config import TransformerEncoder
from trainer.dropout import drop
from trainer.text import PADDING_ID

_LAYER_NORM_EPSILON = 1e-6


class Transformer(tf_keras.layers.Layer):
    """Token and learned position embeddings, then transformer blocks.

    Args:
        config: the model.encoder section.
        id_count: token ids that can occur.
        max_length: tokens of the longest text.
    """

    def __init__(
        self, config: TransformerEncoder, id_count: int, max_length: int
    ) -> None:
        super().__init__(name="transformer")
        self._dropout = config.dropout
        self._max_length = max_length
        self._tokens = tf_keras.layers.Embedding(id_count, config.width, name="tokens")
        self._places = tf_keras.layers.Embedding(
            max_length, config.width, name="positions"
        )
        self._blocks = [
            Block(config, name=f"block_{place}") for place in range(config.blocks)
        ]

    @property
    def depths(self) -> list[list[tf.Variable]]:
        """The trainable variables from the embeddings to the last block."""
        embeddings = [self._tokens, self._places]
        return [
            [weight for layer in embeddings for weight in layer.trainable_weights],
            *(block.trainable_weights for block in self._blocks),
        ]

    def call(self, input_ids: tf.Tensor, seed: tf.Tensor | None = None) -> tf.Tensor:
        return self._run(input_ids, seed)[0]

    def attention(self, input_ids: tf.Tensor) -> tf.Tensor:
        """Shows which tokens every token looked at.

        Args:
            input_ids: int32 [batch, length], padded with 0.

        Returns:
            float32 [batch, layers, heads, length, length]; rows sum to 1, columns of
            padding are 0, rows of padding mean nothing.
        """
        return tf.stack(self._run(input_ids, None)[1], axis=1)

    def _run(
        self, input_ids: tf.Tensor, seed: tf.Tensor | None
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        mask = input_ids != PADDING_ID
        # Only padding can lie beyond max_length.
        places = tf.minimum(tf.range(tf.shape(mask)[1]), self._max_length - 1)
        hidden = self._tokens(input_ids) + self._places(places)
        hidden = drop(hidden, self._dropout, seed, 0)
        weights = []
        for place, block in enumerate(self._blocks):
            # Each block draws twice, the embedding has drawn once.
            hidden, block_weights = block(hidden, mask, seed, 1 + 2 * place)
            weights.append(block_weights)
        return hidden, weights


class Block(tf_keras.layers.Layer):
    """Self-attention and feed-forward, each added to its input and normalized.

    Args:
        config: the model.encoder section.
        name: the layer's name.
    """

    def __init__(self, config: TransformerEncoder, name: str) -> None:
        super().__init__(name=name)
        self._heads = config.heads
        self._head_width = config.width // config.heads
        self._dropout = config.dropout
        self._query_key_value = tf_keras.layers.Dense(
            3 * config.width, name="query_key_value"
        )
        self._mix = tf_keras.layers.Dense(config.width, name="mix")
        self._inner = tf_keras.layers.Dense(config.feed_forward, "relu", name="inner")
        self._outer = tf_keras.layers.Dense(config.width, name="outer")
        self._attention_norm = _layer_norm("attention_layer_norm")
        self._output_norm = _layer_norm("output_layer_norm")

    def call(
        self,
        hidden: tf.Tensor,
        mask: tf.Tensor,
        seed: tf.Tensor | None,
        draws: int,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        attended, weights = self._attend(hidden, mask)
        attended = drop(attended, self._dropout, seed, draws)
        hidden = self._attention_norm(hidden + attended)
        fed = self._outer(self._inner(hidden))
        fed = drop(fed, self._dropout, seed, draws + 1)
        return self._output_norm(hidden + fed), weights

    def _attend(
        self, hidden: tf.Tensor, mask: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        batch, length = tf.unstack(tf.shape(mask))
        parts = tf.reshape(
            self._query_key_value(hidden),
            [batch, length, 3, self._heads, self._head_width],
        )
        query, key, value = tf.unstack(tf.transpose(parts, [2, 0, 3, 1, 4]))
        scores = tf.matmul(query * self._head_width**-0.5, key, transpose_b=True)
        scores = tf.where(mask[:, None, None, :], scores, scores.dtype.min)
        weights = tf.nn.softmax(scores)
        mixed = tf.transpose(tf.matmul(weights, value), [0, 2, 1, 3])
        joined = tf.reshape(mixed, [batch, length, self._heads * self._head_width])
        return self._mix(joined), weights


def _layer_norm(name: str) -> tf_keras.layers.Layer:
    return tf_keras.layers.LayerNormalization(epsilon=_LAYER_NORM_EPSILON, name=name)
