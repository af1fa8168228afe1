"""The transformer encoder of Vaswani et al. (2017), trained from scratch."""

import tensorflow as tf

from newsdesk.config.encoders import TransformerEncoder
from trainer.encoders.block import BlockShape
from trainer.encoders.dropout import drop
from trainer.encoders.stack import Stack, first_rows, make_blocks
from trainer.encoders.token_list import TokenList

_LAYER_NORM_EPSILON = 1e-6
_INITIALIZERS = {
    "kernel": "glorot_uniform",
    "bias": "zeros",
    "gamma": "ones",
    "beta": "zeros",
    "embeddings": "uniform",
}


class Transformer(Stack):
    """Token and learned position embeddings, then transformer blocks.

    Args:
        config: the model.encoder section.
        id_count: number of possible token ids.
        max_length: the most tokens that a text has.
        precision: the dtype of hidden states; variables are float32.
    """

    encodes_lists = True

    def __init__(
        self,
        config: TransformerEncoder,
        id_count: int,
        max_length: int,
        precision: str = "float32",
    ) -> None:
        shape = BlockShape(
            width=config.width,
            heads=config.heads,
            feed_forward=config.feed_forward,
            activation="relu",
            epsilon=_LAYER_NORM_EPSILON,
            dropout=config.dropout,
            attention_dropout=0.0,
            compiled=False,
        )
        blocks = make_blocks(shape, config.blocks, precision, _from_scratch)
        super().__init__("transformer", config.width, blocks, precision)
        self._dropout = config.dropout
        self._tokens = self.table("tokens/embeddings", id_count, _from_scratch)
        self._positions = self.table("positions/embeddings", max_length, _from_scratch)

    def embed(self, input_ids: tf.Tensor, seed: tf.Tensor | None) -> tf.Tensor:
        """Adds token and position embeddings.

        Args:
            input_ids: int32 [batch, length], padded with 0.
            seed: int32 [2], switches dropout on.

        Returns:
            float32 [batch, length, width].
        """
        tokens = tf.gather(self._tokens, input_ids)
        positions = first_rows(self._positions, tf.shape(input_ids)[1])
        return drop(tokens + positions, self._dropout, seed, 0)

    def embed_list(self, tokens: TokenList) -> tf.Tensor:
        """Adds token and position embeddings of a list of tokens.

        Args:
            tokens: the list.

        Returns:
            float32 [tokens, width].
        """
        positions = tf.convert_to_tensor(self._positions)
        return tf.gather(self._tokens, tokens.ids) + tf.gather(
            positions, tokens.positions
        )


def _from_scratch(name: str) -> str:
    return _INITIALIZERS[name.rpartition("/")[2]]
