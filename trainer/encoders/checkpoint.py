"""A BERT from a folder as Hugging Face publishes it."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from newsdesk.config.encoders import CheckpointEncoder
from trainer.encoders.bert import Bert, BertShape
from trainer.encoders.block import BlockShape
from trainer.pretrained import bert_config
from trainer.pretrained.bert_config import BertConfig
from trainer.pretrained.bert_tensors import tensor_shapes
from trainer.pretrained.tensors import Tensors

_TABLES = {
    "words": "embeddings.word_embeddings",
    "positions": "embeddings.position_embeddings",
    "types": "embeddings.token_type_embeddings",
}
# Of ours, and of theirs that stand side by side in it.
_LAYERS = {"layer_norm": ["embeddings.LayerNorm"], "pooler": ["pooler.dense"]}
_LAYERS_OF_A_BLOCK = {
    "query_key_value": [f"attention.self.{part}" for part in ("query", "key", "value")],
    "mix": ["attention.output.dense"],
    "attention_layer_norm": ["attention.output.LayerNorm"],
    "inner": ["intermediate.dense"],
    "outer": ["output.dense"],
    "output_layer_norm": ["output.LayerNorm"],
}


def build(
    config: CheckpointEncoder, id_count: int, max_length: int, precision: str
) -> Bert:
    """Makes the encoder that a folder holds.

    Args:
        config: the model.encoder section.
        id_count: tokens of the vocabulary that texts were cut with; the encoder may
            have rows for more.
        max_length: tokens of the longest text.
        precision: the dtype of hidden states; variables are float32.

    Returns:
        The encoder; the folder is read once more when it is called first.

    Raises:
        ConfigError: texts may be longer than the encoder reads.
        DataError: the folder cannot be read, or its files do not fit each other.
    """
    found = bert_config.read(config.path)
    bert_config.check_size(found, config.path, id_count, max_length)
    tensors = Tensors(config.path)
    has_pooler = "pooler.dense.weight" in tensors
    shapes = tensor_shapes(found, has_pooler)
    tensors.check(shapes)
    # Before Keras reads them, which would bury the sentence in its own.
    tensors.check_values(shapes)
    return Bert(
        _shape(found, has_pooler), precision, lambda name: _initializer(tensors, name)
    )


def _shape(config: BertConfig, has_pooler: bool) -> BertShape:
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
        positions=config.max_position_embeddings,
        types=config.type_vocab_size,
        has_pooler=has_pooler,
    )


def _initializer(tensors: Tensors, name: str) -> Callable[..., tf.Tensor]:
    """Gives a variable of ours its values when it is made."""

    def initializer(shape: Sequence[int], dtype: str, **_: Any) -> tf.Tensor:
        # Theirs are [out, in]: one above the other they are ours, turned round.
        values = np.concatenate([tensors.read(theirs) for theirs in _theirs(name)])
        return tf.constant(
            values.T if name.endswith("kernel") else values, dtype, shape
        )

    return initializer


def _theirs(name: str) -> list[str]:
    *block, layer, kind = name.split("/")
    if layer in _TABLES:
        return [f"{_TABLES[layer]}.weight"]
    prefix = block[0].replace("block_", "encoder.layer.") + "." if block else ""
    layers = _LAYERS_OF_A_BLOCK if block else _LAYERS
    suffix = "weight" if kind in ("kernel", "gamma") else "bias"
    return [f"{prefix}{theirs}.{suffix}" for theirs in layers[layer]]
