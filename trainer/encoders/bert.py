"""BERT (Devlin et al., 2018) with pretrained weights, built for speed."""

from dataclasses import dataclass

import tensorflow as tf

from trainer.encoders.block import BlockShape, Initial, LayerNorm, dense
from trainer.encoders.dropout import drop
from trainer.encoders.elementwise import NO_DROPOUT
from trainer.encoders.stack import Stack, first_rows


@dataclass(frozen=True)
class BertShape:
    """The sizes of a BERT.

    Attributes:
        block: the sizes of each block.
        blocks: number of blocks.
        id_count: number of possible token ids.
        positions: the most tokens that a text can have.
        types: rows of the type embedding; texts only use the first one.
        has_pooler: whether a dense layer follows the vector of the first token.
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
        """Adds word, position and type embeddings.

        Args:
            input_ids: int32 [batch, length], padded with 0.
            seed: int32 [2], switches dropout on.

        Returns:
            float32 [batch, length, width].
        """
        words = tf.gather(self.words, input_ids)
        others = first_rows(self.positions, tf.shape(input_ids)[1]) + self.types[0]
        others = tf.broadcast_to(others, tf.shape(words))
        # This shape occurs once in a step, so compiling it does not pay off.
        embedded = self.norm(words, others, NO_DROPOUT, compiled=False)
        return drop(embedded, self._dropout, seed, 0)
