"""A stack of transformer blocks: the common part of our own encoders."""

from abc import abstractmethod
from collections.abc import Sequence

import tensorflow as tf
import tf_keras

from trainer.encoders import lora
from trainer.encoders.block import DRAWS, Block, BlockShape, Initial
from trainer.encoders.recompute import recomputed
from trainer.encoders.token_list import TokenList
from trainer.text.tokenizer import PADDING_ID

# The first draw is for the embeddings.
_FIRST_BLOCK_DRAW = 1


class Stack(tf_keras.layers.Layer):
    """Base class of encoders; subclasses define the embeddings and may add a pooler.

    Args:
        name: the layer's name.
        width: width of a token's vector.
        blocks: layers that are called as `Block` is.
        precision: the dtype of hidden states; variables are float32.
    """

    shows_attention = True
    # Whether the encoder can encode lists of tokens.
    encodes_lists = False

    def __init__(
        self,
        name: str,
        width: int,
        blocks: Sequence[tf_keras.layers.Layer],
        precision: str,
    ) -> None:
        super().__init__(name=name, autocast=False)
        self._width = width
        self._precision = precision
        self.pooler: tf_keras.layers.Layer | None = None
        self.final_norm: tf_keras.layers.Layer | None = None
        self.blocks = list(blocks)
        # How many of the last blocks are trained; None for all, and the embeddings.
        self.train_layers: int | None = None
        # Whether training computes each block again for its gradient.
        self.recompute = False
        self._has_lora = False

    @abstractmethod
    def embed(self, input_ids: tf.Tensor, seed: tf.Tensor | None) -> tf.Tensor:
        """Turns ids into vectors.

        Args:
            input_ids: int32 [batch, length], padded with 0.
            seed: int32 [2], switches dropout on; the draw is 0.

        Returns:
            float32 [batch, length, width].
        """

    def embed_list(self, tokens: TokenList) -> tf.Tensor:
        """Turns a list of tokens into vectors, if `encodes_lists`.

        Args:
            tokens: the list.

        Returns:
            float32 [tokens, width].
        """
        raise NotImplementedError

    @property
    def heads_of_list(self) -> int | None:
        """The heads that lists of tokens are made for, if the encoder encodes them."""
        return self.blocks[0].heads_of_part if self.encodes_lists else None

    def table(
        self, name: str, rows: int, initial: Initial, width: int | None = None
    ) -> tf.Variable:
        """Makes the variable of an embedding.

        Args:
            name: its name.
            rows: number of vectors.
            initial: its values.
            width: of a vector; None for the width of hidden states.

        Returns:
            float32 [rows, width].
        """
        shape = [rows, width or self._width]
        return self.add_weight(name, shape, initializer=initial(name))

    def adapt(self, rank: int) -> None:
        """Adds LoRA to every block; nothing else of the encoder is trained then.

        Args:
            rank: model.encoder.lora_rank.
        """
        lora.adapt(self.blocks, rank)
        self._has_lora = True

    def merge(self) -> bool:
        """Adds to the weights what LoRA has learned, and removes LoRA.

        Returns:
            Whether there was LoRA.
        """
        lora.merge(self.blocks)
        had_lora, self._has_lora = self._has_lora, False
        return had_lora

    @property
    def trainable_weights(self) -> list[tf.Variable]:
        """The variables to train: all, those above the frozen blocks, or of LoRA."""
        return [one for one in super().trainable_weights if not self._is_frozen(one)]

    @property
    def non_trainable_weights(self) -> list[tf.Variable]:
        """All other variables."""
        frozen = [one for one in super().trainable_weights if self._is_frozen(one)]
        return super().non_trainable_weights + frozen

    def _is_frozen(self, weight: tf.Variable) -> bool:
        trained: Sequence[tf_keras.layers.Layer | None]
        if self._has_lora:
            trained = lora.layers(self.blocks)
        elif self.train_layers is None:
            return False
        else:
            trained = [*self._trained_blocks, self.final_norm, self.pooler]
        return not any(
            weight is one
            for layer in trained
            if layer is not None
            for one in layer.weights
        )

    @property
    def _trained_blocks(self) -> list[tf_keras.layers.Layer]:
        return self.blocks[-(self.train_layers or len(self.blocks)) :]

    @property
    def depths(self) -> list[list[tf.Variable]]:
        """Trainable variables by depth: first the embeddings, last the last block."""
        if self._has_lora:
            return [[], *(one.weights for one in lora.layers(self.blocks))]
        above = [block.trainable_weights for block in self._trained_blocks]
        # What follows the last block gets its learning rate.
        for layer in (self.final_norm, self.pooler):
            if layer is not None:
                above[-1] = above[-1] + layer.trainable_weights
        taken = {id(weight) for weights in above for weight in weights}
        return [
            [weight for weight in self.trainable_weights if id(weight) not in taken],
            *above,
        ]

    def call(
        self,
        input_ids: tf.Tensor,
        seed: tf.Tensor | None = None,
        first_only: bool = False,
    ) -> tf.Tensor:
        """Encodes texts.

        Args:
            input_ids: int32 [batch, length], padded with 0.
            seed: int32 [2], switches dropout on.
            first_only: whether only the first token of each text is needed. The last
                block then computes the keys and values of all tokens, and everything
                else of the first one.

        Returns:
            [batch, length, width] in the precision of the encoder; the length is 1 with
            `first_only`.
        """
        return self._run(input_ids, seed, first_only)[0]

    def cls(self, hidden: tf.Tensor) -> tf.Tensor:
        """Takes the vector that stands for the whole text.

        Args:
            hidden: float [batch, length, width], from `call`.

        Returns:
            float [batch, width]: the first token's, through the pooler if there is one.
        """
        first = hidden[:, 0]
        return first if self.pooler is None else self.pooler(first)

    def attention(self, input_ids: tf.Tensor) -> tf.Tensor:
        """Computes the attention weights of every layer and head.

        Args:
            input_ids: int32 [batch, length], padded with 0.

        Returns:
            float32 [batch, layers, heads, length, length]; rows sum to 1, columns of
            padding are 0, rows of padding have no meaning.
        """
        weights = tf.stack(self._run(input_ids, None, first_only=False)[1], axis=1)
        exact = tf.cast(weights, tf.float32)
        # In bfloat16, the weights of a row may sum to 1.01.
        return exact / tf.reduce_sum(exact, -1, keepdims=True)

    def serve(self, tokens: TokenList, first_only: bool) -> tf.Tensor:
        """Encodes a list of tokens, if `encodes_lists`.

        Args:
            tokens: the list.
            first_only: whether only the first token of each text is needed.

        Returns:
            [tokens, width] in the precision of the encoder, or [batch, width] of the
            first tokens.
        """
        hidden = tf.cast(self.embed_list(tokens), self._precision)
        for block in self.blocks:
            last = first_only and block is self.blocks[-1]
            hidden = block.serve(hidden, tokens, last)
        return hidden

    def _run(
        self, input_ids: tf.Tensor, seed: tf.Tensor | None, first_only: bool
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        mask = input_ids != PADDING_ID
        embedded = tf.cast(self.embed(input_ids, seed), self._precision)
        hidden = tf.reshape(embedded, [-1, self._width])
        weights = []
        lowest = None
        if self._has_lora or self.train_layers is not None:
            lowest = len(self.blocks) - len(self._trained_blocks)
        for number, block in enumerate(self.blocks):
            if number == lowest:
                # Otherwise gradients of what is frozen would be computed in vain.
                hidden = tf.stop_gradient(hidden)
            draw = _FIRST_BLOCK_DRAW + DRAWS * number
            last = first_only and block is self.blocks[-1]
            if self.recompute and seed is not None:
                hidden = recomputed(block, hidden, mask, seed, draw, last)
                continue
            hidden, block_weights = block(hidden, mask, seed, draw, last)
            weights.append(block_weights)
        if self.final_norm is not None:
            hidden = self.final_norm(hidden)
        shape = [tf.shape(mask)[0], 1 if first_only else tf.shape(mask)[1], self._width]
        return tf.reshape(hidden, shape), weights


def first_rows(table: tf.Variable, count: tf.Tensor) -> tf.Tensor:
    """Takes the embeddings of the first positions, and zeros beyond the table.

    Args:
        table: float32 [positions, width].
        count: int32 scalar; only padding may be beyond the table.

    Returns:
        float32 [count, width].
    """
    rows = table[:count]
    return tf.pad(rows, [[0, count - tf.shape(rows)[0]], [0, 0]])


def make_blocks(
    shape: BlockShape, count: int, precision: str, initial: Initial
) -> list[Block]:
    """Makes blocks of one shape.

    Args:
        shape: the sizes of every block.
        count: number of blocks.
        precision: the dtype of the products; variables are float32.
        initial: values of the variables, by the block's and the layer's name.

    Returns:
        The blocks, from the embeddings up.
    """
    return [
        Block(shape, precision, of_block(initial, number), f"block_{number}")
        for number in range(count)
    ]


def of_block(initial: Initial, number: int) -> Initial:
    """Narrows initial values to those of a block.

    Args:
        initial: values of the variables, by the block's and the layer's name.
        number: of the block.

    Returns:
        Values by the layer's name.
    """
    return lambda name: initial(f"block_{number}/{name}")
