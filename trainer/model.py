"""Encoder, pooling and a dense head: token ids to logits."""

import tensorflow as tf
import tf_keras

from newsdesk.config.model import Model
from trainer import encoders
from trainer.encoders.dropout import drop, drop_tokens
from trainer.encoders.stack import Stack
from trainer.encoders.token_list import TokenList, token_list
from trainer.text.tokenizer import PADDING_ID

# Random draws are numbered; these numbers are far above those of any encoder.
_POOLED_DRAW = 1_000_000
_HEAD_DRAW = _POOLED_DRAW + 1
_TOKENS_DRAW = _POOLED_DRAW + 2
_LOGITS_SPREAD = 0.02


class Classifier(tf_keras.layers.Layer):
    """Classifies texts given as token ids; padding never changes the result.

    Args:
        config: the model section.
        id_count: number of possible token ids.
        max_length: the most tokens that a text has.
        classes: number of labels.
        precision: what the encoder computes in: float32, bfloat16 or float16.
    """

    def __init__(
        self,
        config: Model,
        id_count: int,
        max_length: int,
        classes: int,
        precision: str = "float32",
    ) -> None:
        super().__init__(name="classifier")
        self._token_dropout = config.token_dropout
        self._dropout = config.dropout
        self._pooling = config.pooling
        self.precision = precision
        self.encoder = encoders.build(config.encoder, id_count, max_length, precision)
        self.encoder.trainable = getattr(config.encoder, "trainable", True)
        self._head = tf_keras.layers.Dense(config.head_width, "relu", name="head")
        # Small, so that at first all classes are equally likely, with loss ln(classes).
        self._logits = tf_keras.layers.Dense(
            classes,
            kernel_initializer=tf_keras.initializers.TruncatedNormal(
                stddev=_LOGITS_SPREAD
            ),
            name="logits",
        )
        self(tf.ones([1, 1], tf.int32))

    def call(self, input_ids: tf.Tensor, seed: tf.Tensor | None = None) -> tf.Tensor:
        """Computes logits.

        Args:
            input_ids: int32 [batch, length], padded with 0.
            seed: int32 [2], switches dropout on.

        Returns:
            float32 [batch, classes].
        """
        return self.head(self.features(input_ids, seed), seed)

    def features(
        self, input_ids: tf.Tensor, seed: tf.Tensor | None = None
    ) -> tf.Tensor:
        """Computes the features that the head classifies.

        Args:
            input_ids: int32 [batch, length], padded with 0.
            seed: int32 [2], switches dropout on; a frozen encoder ignores it, so that
                its features are the same in every epoch.

        Returns:
            float32 [batch, width].
        """
        if not self.encoder.trainable:
            seed = None
        input_ids = drop_tokens(input_ids, self._token_dropout, seed, _TOKENS_DRAW)
        if self._pooling == "cls":
            first_only = {"first_only": True} if isinstance(self.encoder, Stack) else {}
            hidden = self.encoder(input_ids, seed=seed, **first_only)
            return tf.cast(self.encoder.cls(hidden), tf.float32)
        hidden = self.encoder(input_ids, seed=seed)
        pool = masked_max if self._pooling == "max" else masked_mean
        return pool(tf.cast(hidden, tf.float32), input_ids != PADDING_ID)

    def serve(self, input_ids: tf.Tensor) -> tf.Tensor:
        """Computes the logits of a served model, without padding where possible.

        Args:
            input_ids: int32 [batch, length], padded with 0.

        Returns:
            float32 [batch, classes], those of `call` but for rounding.
        """
        heads = getattr(self.encoder, "heads_of_list", None)
        if heads is None:
            return self(input_ids)
        tokens = token_list(input_ids, heads)
        hidden = self.encoder.serve(tokens, first_only=self._pooling == "cls")
        if self._pooling == "cls":
            hidden = self.encoder.cls(hidden[:, None])
        exact = tf.cast(hidden, tf.float32)
        if self._pooling != "cls":
            pool = list_max if self._pooling == "max" else list_mean
            exact = pool(exact, tokens)
        return self.head(tf.gather(exact, tokens.inverse))

    def merge(self) -> bool:
        """Adds to the encoder's weights what LoRA has learned, if it has LoRA.

        Returns:
            Whether it has.
        """
        return isinstance(self.encoder, Stack) and self.encoder.merge()

    def head(self, features: tf.Tensor, seed: tf.Tensor | None = None) -> tf.Tensor:
        """Computes logits from features.

        Args:
            features: float32 [batch, width], from `features`.
            seed: int32 [2], switches dropout on.

        Returns:
            float32 [batch, classes], logits.
        """
        pooled = drop(features, self._dropout, seed, _POOLED_DRAW)
        hidden = drop(self._head(pooled), self._dropout, seed, _HEAD_DRAW)
        return self._logits(hidden)


def masked_mean(hidden: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """Averages over the tokens that are not padding.

    Args:
        hidden: float32 [batch, length, width].
        mask: bool [batch, length], with at least one true value in every row.

    Returns:
        float32 [batch, width].
    """
    weights = tf.cast(mask, hidden.dtype)[:, :, None]
    return tf.reduce_sum(hidden * weights, 1) / tf.reduce_sum(weights, 1)


def masked_max(hidden: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """Takes the largest number of each column over the tokens that are not padding.

    Args:
        hidden: float32 [batch, length, width].
        mask: bool [batch, length], with at least one true value in every row.

    Returns:
        float32 [batch, width].
    """
    return tf.reduce_max(tf.where(mask[:, :, None], hidden, hidden.dtype.min), 1)


def list_mean(hidden: tf.Tensor, tokens: TokenList) -> tf.Tensor:
    """Averages over the tokens of each text of a list.

    Args:
        hidden: float32 [tokens, width].
        tokens: the list.

    Returns:
        float32 [batch, width].
    """
    kept = hidden[: tf.shape(tokens.texts)[0]]
    # This operation knows the number of texts, and uses all cores.
    total = tf.math.unsorted_segment_sum(
        kept, tokens.texts, tf.shape(tokens.lengths)[0]
    )
    return total / tf.cast(tokens.lengths, tf.float32)[:, None]


def list_max(hidden: tf.Tensor, tokens: TokenList) -> tf.Tensor:
    """Takes the largest number of each column over the tokens of each text of a list.

    Args:
        hidden: float32 [tokens, width].
        tokens: the list.

    Returns:
        float32 [batch, width].
    """
    kept = hidden[: tf.shape(tokens.texts)[0]]
    return tf.math.unsorted_segment_max(kept, tokens.texts, tf.shape(tokens.lengths)[0])


def loss(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Computes the cross-entropy of each row.

    Args:
        logits: float32 [batch, classes].
        labels: int32 [batch].

    Returns:
        float32 [batch], in nats.
    """
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
