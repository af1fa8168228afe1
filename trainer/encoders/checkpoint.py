"""A text encoder from a folder as Hugging Face publishes it."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from newsdesk.config.encoders import CheckpointEncoder
from trainer.encoders.bert import Bert, BertShape
from trainer.encoders.block import BlockShape
from trainer.encoders.modernbert import ModernBert, ModernBertShape
from trainer.encoders.stack import Stack
from trainer.pretrained import families
from trainer.pretrained.bert_config import BertConfig
from trainer.pretrained.encoder_config import EncoderConfig
from trainer.pretrained.modernbert_config import ModernBertConfig
from trainer.pretrained.tensors import Tensors
from trainer.text.padding import swapped

POOLER = "pooler.dense.weight"


def build(
    config: CheckpointEncoder, id_count: int, max_length: int, precision: str
) -> Stack:
    """Makes the encoder that a folder holds.

    Args:
        config: the model.encoder section.
        id_count: tokens of the vocabulary that texts were cut with; the encoder may
            have rows for more.
        max_length: tokens of the longest text.
        precision: the dtype of hidden states; variables are float32.

    Returns:
        The encoder; the folder is read once more when it is called first. It takes ids
        in which padding has the id 0.

    Raises:
        ConfigError: texts may be longer than the encoder reads.
        DataError: the folder cannot be read, or its files do not fit each other.
    """
    found = families.read(config.path)
    families.check_size(found, config.path, id_count, "the vocabulary", max_length)
    families.check_layers(found, config.path, config.train_layers)
    families.check_rank(found, config.path, config.lora_rank)
    tensors = Tensors(config.path, found.prefixes)
    has_pooler = POOLER in tensors
    shapes = found.tensor_shapes(has_pooler)
    tensors.check(shapes)
    # Before Keras reads them, which would bury the sentence in its own.
    tensors.check_values(shapes)

    def initial(name: str) -> Callable[..., tf.Tensor]:
        return _initializer(tensors, found, name)

    encoder: Stack
    if isinstance(found, ModernBertConfig):
        encoder = ModernBert(_modernbert_shape(found), precision, initial)
    else:
        assert isinstance(found, BertConfig)
        encoder = Bert(_bert_shape(found, has_pooler), precision, initial)
    encoder.train_layers = config.train_layers
    encoder.recompute = config.recompute
    if config.lora_rank is not None:
        encoder.adapt(config.lora_rank)
    return encoder


def _bert_shape(config: BertConfig, has_pooler: bool) -> BertShape:
    return BertShape(
        block=BlockShape(
            width=config.hidden_size,
            heads=config.num_attention_heads,
            feed_forward=config.intermediate_size,
            activation="gelu",
            epsilon=config.layer_norm_eps,
            dropout=config.hidden_dropout_prob,
            attention_dropout=config.attention_probs_dropout_prob,
            compiled=True,
        ),
        blocks=config.num_hidden_layers,
        id_count=config.vocab_size,
        embedding=config.embedding_width,
        positions=config.longest,
        types=config.type_vocab_size,
        has_pooler=has_pooler,
    )


def _modernbert_shape(config: ModernBertConfig) -> ModernBertShape:
    return ModernBertShape(
        width=config.hidden_size,
        heads=config.num_attention_heads,
        feed_forward=config.intermediate_size,
        id_count=config.vocab_size,
        epsilon=config.norm_eps,
        attentions=config.attentions,
        embedding_dropout=config.embedding_dropout,
        attention_dropout=config.attention_dropout,
        mlp_dropout=config.mlp_dropout,
    )


def _initializer(
    tensors: Tensors, config: EncoderConfig, name: str
) -> Callable[..., tf.Tensor]:
    """Gives a variable of ours its values when it is made."""

    def initializer(shape: Sequence[int], dtype: str, **_: Any) -> tf.Tensor:
        theirs = [tensors.read(one) for one in config.tensor_names.theirs(name)]
        values = np.concatenate(theirs) if theirs[1:] else theirs[0]
        # Theirs are [out, in]: one above the other they are ours, turned round.
        if name.endswith("kernel"):
            values = values.T
        elif name.startswith("words/"):
            values = swapped(values, config.pad_token_id)
        elif name.startswith("positions/"):
            values = values[-shape[0] :]
        return tf.constant(values, dtype, shape)

    return initializer
