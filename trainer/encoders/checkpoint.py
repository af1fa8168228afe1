"""A BERT from a folder as Hugging Face publishes it."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from pipeline.config import CheckpointEncoder
from pipeline.errors import ConfigError, DataError
from trainer.encoders import bert_config
from trainer.encoders.bert import Bert, BertShape
from trainer.encoders.bert_config import BertConfig
from trainer.encoders.block import BlockShape
from trainer.encoders.tensors import Tensors

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
        id_count: lines of the vocabulary that texts were cut with.
        max_length: tokens of the longest text.
        precision: the dtype of hidden states; variables are float32.

    Returns:
        The encoder; the folder is read once more when it is called first.

    Raises:
        ConfigError: texts may be longer than the encoder reads.
        DataError: the folder cannot be read, or its files do not fit each other.
    """
    found = bert_config.read(config.path)
    if id_count != found.vocab_size:
        raise DataError(
            f"{config.path}: vocab.txt has {id_count} lines, and config.json means "
            f"{found.vocab_size}; give files that belong together"
        )
    if max_length > found.max_position_embeddings:
        raise ConfigError(
            f"text.max_length is {max_length}, and the encoder in {config.path} reads "
            f"{found.max_position_embeddings} tokens at most; lower text.max_length"
        )
    tensors = Tensors(config.path)
    has_pooler = "pooler.dense.weight" in tensors
    tensors.check(tensor_shapes(found, has_pooler))
    return Bert(
        _shape(found, has_pooler), precision, lambda name: _initializer(tensors, name)
    )


def tensor_shapes(config: BertConfig, has_pooler: bool) -> dict[str, tuple[int, ...]]:
    """Tells what a BERT's weights are.

    Args:
        config: its config.json.
        has_pooler: whether a dense layer stands above the first token.

    Returns:
        Names of tensors and their shapes; matrices are [out, in].
    """
    width, inner = config.hidden_size, config.intermediate_size
    shapes: dict[str, tuple[int, ...]] = {}

    def dense(layer: str, out: int = width, into: int = width) -> None:
        shapes[f"{layer}.weight"], shapes[f"{layer}.bias"] = (out, into), (out,)

    def layer_norm(layer: str) -> None:
        shapes[f"{layer}.weight"] = shapes[f"{layer}.bias"] = (width,)

    shapes["embeddings.word_embeddings.weight"] = (config.vocab_size, width)
    positions = config.max_position_embeddings
    shapes["embeddings.position_embeddings.weight"] = (positions, width)
    shapes["embeddings.token_type_embeddings.weight"] = (config.type_vocab_size, width)
    layer_norm("embeddings.LayerNorm")
    if has_pooler:
        dense("pooler.dense")
    for place in range(config.num_hidden_layers):
        block = f"encoder.layer.{place}"
        for part in ("query", "key", "value"):
            dense(f"{block}.attention.self.{part}")
        dense(f"{block}.attention.output.dense")
        layer_norm(f"{block}.attention.output.LayerNorm")
        dense(f"{block}.intermediate.dense", out=inner)
        dense(f"{block}.output.dense", into=inner)
        layer_norm(f"{block}.output.LayerNorm")
    return shapes


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
