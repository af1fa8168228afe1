"""BERT (Devlin et al., 2018) with given weights, built to be fast."""

from dataclasses import dataclass

import tensorflow as tf

from trainer.encoders.block import BlockShape, Initial, LayerNorm, dense
from trainer.encoders.dropout import drop
from trainer.encoders.elementwise import NO_DROPOUT
from trainer.encoders.stack import Stack, first_rows


@dataclass(frozen=True)
class BertShape:
    """What a BERT is like.

    Attributes:
        block: its blocks.
        blocks: how many there are.
        id_count: token ids that can occur.
        positions: tokens of the longest text.
        types: rows of the type embedding, the first of which texts use.
        has_pooler: whether a dense layer stands above the first token.
    """

    block: BlockShape
    blocks: int
    id_count: int
    positions: int
    types: int
    has_pooler: bool


class Bert(Stack):
    """Word, position and type embeddings, transformer blocks, a pooler.

    Args:
        shape: widths, counts and rates.
        precision: the dtype of hidden states; variables are float32.
        initial: values of the variables.
    """

    def __init__(self, shape: BertShape, precision: str, initial: Initial) -> None:
        super().__init__("bert", shape.block, shape.blocks, precision, initial)
        self._dropout = shape.block.dropout
        self.words = self.table("words/embeddings", shape.id_count, initial)
        self.positions = self.table("positions/embeddings", shape.positions, initial)
        self.types = self.table("types/embeddings", shape.types, initial)
        self.norm = LayerNorm("layer_norm", shape.block.epsilon, initial)
        if shape.has_pooler:
            self.pooler = dense(
                "pooler", shape.block.width, precision, initial, activation="tanh"
            )

    def embed(self, input_ids: tf.Tensor, seed: tf.Tensor | None) -> tf.Tensor:
        """Adds what a token means, where it stands and the type of a first sentence.

        Args:
            input_ids: int32 [batch, length], padded with 0.
            seed: int32 [2], switches dropout on.

        Returns:
            float32 [batch, length, width].
        """
        words = tf.gather(self.words, input_ids)
        places = first_rows(self.positions, tf.shape(input_ids)[1]) + self.types[0]
        places = tf.broadcast_to(places, tf.shape(words))
        # A shape of its own, for one pass of many: not worth compiling.
        embedded = self.norm(words, places, NO_DROPOUT, compiled=False)
        return drop(embedded, self._dropout, seed, 0)
