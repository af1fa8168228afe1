"""BERT (Devlin et al., 2018) with pretrained weights, built for speed.

DistilBERT, ELECTRA and RoBERTa differ from it in their embeddings alone.
"""

from dataclasses import dataclass

import tensorflow as tf
import tf_keras

from trainer.encoders.block import BlockShape, Initial, LayerNorm, dense
from trainer.encoders.dropout import drop
from trainer.encoders.elementwise import NO_DROPOUT
from trainer.encoders.stack import Stack, first_rows, make_blocks
from trainer.encoders.token_list import TokenList


@dataclass(frozen=True)
class BertShape:
    """The sizes of a BERT.

    Attributes:
        block: the sizes of each block.
        blocks: number of blocks.
        id_count: number of possible token ids.
        embedding: width of the embeddings; if it is not the width of the blocks, a
            dense layer follows the embeddings.
        positions: the most tokens that a text can have.
        types: rows of the type embedding, of which texts only use the first one; 0 if
            there is no such embedding.
        has_pooler: whether a dense layer follows the vector of the first token.
    """

    block: BlockShape
    blocks: int
    id_count: int
    embedding: int
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

    encodes_lists = True

    def __init__(self, shape: BertShape, precision: str, initial: Initial) -> None:
        width = shape.block.width
        blocks = make_blocks(shape.block, shape.blocks, precision, initial)
        super().__init__("bert", width, blocks, precision)
        self._dropout = shape.block.dropout

        def table(name: str, rows: int) -> tf.Variable:
            return self.table(f"{name}/embeddings", rows, initial, shape.embedding)

        self.words = table("words", shape.id_count)
        self.positions = table("positions", shape.positions)
        self.types = table("types", shape.types) if shape.types else None
        self.norm = LayerNorm("layer_norm", shape.block.epsilon, initial)
        self.projection: tf_keras.layers.Layer | None = None
        if shape.embedding != width:
            self.projection = dense("projection", width, "float32", initial)
        if shape.has_pooler:
            self.pooler = dense("pooler", width, precision, initial, activation="tanh")

    def embed(self, input_ids: tf.Tensor, seed: tf.Tensor | None) -> tf.Tensor:
        """Adds word, position and type embeddings.

        Args:
            input_ids: int32 [batch, length], padded with 0.
            seed: int32 [2], switches dropout on.

        Returns:
            float32 [batch, length, width].
        """
        words = tf.gather(self.words, input_ids)
        others = first_rows(self.positions, tf.shape(input_ids)[1])
        if self.types is not None:
            others += self.types[0]
        others = tf.broadcast_to(others, tf.shape(words))
        # This shape occurs once in a step, so compiling it does not pay off.
        embedded = self.norm(words, others, NO_DROPOUT, compiled=False)
        dropped = drop(embedded, self._dropout, seed, 0)
        return dropped if self.projection is None else self.projection(dropped)

    def embed_list(self, tokens: TokenList) -> tf.Tensor:
        """Adds word, position and type embeddings of a list of tokens.

        Args:
            tokens: the list.

        Returns:
            float32 [tokens, width].
        """
        others = tf.convert_to_tensor(self.positions)
        if self.types is not None:
            others += self.types[0]
        words = tf.gather(self.words, tokens.ids)
        embedded = self.norm.serve(words, [tf.gather(others, tokens.positions)])
        return embedded if self.projection is None else self.projection(embedded)
