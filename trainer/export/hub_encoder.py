"""Writes a checkpoint as two SavedModels in the format of TF Hub."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf
import tf_keras
from official.legacy.bert import configs
from official.nlp.tools import export_tfhub_lib

from newsdesk import atomic
from newsdesk.errors import ConfigError, DataError
from trainer.pretrained import families
from trainer.pretrained.bert_config import BertConfig
from trainer.pretrained.tensors import Tensors
from trainer.text import checkpoint_tokenizer
from trainer.text.vocabularies import file_of
from trainer.tokenizers.spec import BertNormalizer, Spec, WordPiece

ENCODER = "encoder"
PREPROCESS = "preprocess"

# The length to which published preprocessing models pad by default.
_USUAL_LENGTH = 128
# The only value that the encoder of tf-models supports.
_EPSILON = 1e-12

_INSTEAD = 'use the folder itself, with model.encoder.kind = "checkpoint"'

# From the layers of tf-models' encoder to those of Hugging Face.
_LAYERS = {
    "word_embeddings": "embeddings.word_embeddings",
    "position_embedding": "embeddings.position_embeddings",
    "type_embeddings": "embeddings.token_type_embeddings",
    "embeddings/layer_norm": "embeddings.LayerNorm",
    "pooler_transform": "pooler.dense",
}
_LAYERS_OF_A_BLOCK = {
    "self_attention/query": "attention.self.query",
    "self_attention/key": "attention.self.key",
    "self_attention/value": "attention.self.value",
    "self_attention/attention_output": "attention.output.dense",
    "self_attention_layer_norm": "attention.output.LayerNorm",
    "intermediate": "intermediate.dense",
    "output": "output.dense",
    "output_layer_norm": "output.LayerNorm",
}


def export(checkpoint: str, folder: Path) -> None:
    """Writes an encoder and its preprocessing, for `model.encoder.kind` = hub.

    Args:
        checkpoint: a folder as Hugging Face publishes a BERT.
        folder: the new folder of the SavedModels ENCODER and PREPROCESS; appears when
            both are complete.

    Raises:
        ConfigError: `folder` exists and is not empty, or cannot be written.
        DataError: the checkpoint cannot be read, or has no equivalent on TF Hub.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{folder}: exists already; choose another folder with --to")
    config, tensors = _read(checkpoint)
    found = checkpoint_tokenizer.of_checkpoint(Path(checkpoint))
    file = found.files[0].name
    families.check_size(config, checkpoint, len(found.names), file, 0)
    lower_case = _lower_cases(checkpoint, found)
    # BERT's own special tokens are text to tokenizers of the hub, at little loss.
    added = [token for token in found.added if not token.special]
    if added:
        raise DataError(
            f"{checkpoint}: has the added token {added[0].text!r}, but "
            f"tokenizers of TF Hub have no added tokens; {_INSTEAD}"
        )
    vocabulary = file_of(found.names)
    _aside(
        folder,
        lambda partial: _write(partial, config, tensors, vocabulary, lower_case),
    )


def _lower_cases(checkpoint: str, found: Spec) -> bool:
    """Whether texts become lower case; refuses what the hub's tokenizers cannot do."""
    rules = found.normalizers[0] if found.normalizers else None
    if not isinstance(found.model, WordPiece) or not isinstance(rules, BertNormalizer):
        raise DataError(
            f"{checkpoint}: its tokenizer is {found.kind}, but tokenizers of TF Hub "
            f"are WordPiece; {_INSTEAD}"
        )
    if rules.strip_accents != rules.lower_case:
        raise DataError(
            f"{checkpoint}: strip_accents differs from do_lower_case, but tokenizers "
            f"of TF Hub have one setting for both; {_INSTEAD}"
        )
    ids = {name: number for number, name in enumerate(found.names)}
    ends = [(ids.get("[CLS]"),), (ids.get("[SEP]"),)]
    if ends != [found.first, found.last] or ids.get("[PAD]") != 0:
        raise DataError(
            f"{checkpoint}: its texts are not between [CLS] and [SEP], padded with "
            f"[PAD] of id 0, as those of tokenizers of TF Hub are; {_INSTEAD}"
        )
    return rules.lower_case


def _read(checkpoint: str) -> tuple[BertConfig, Tensors]:
    config = families.read(checkpoint)
    if config.model_type != "bert" or not isinstance(config, BertConfig):
        raise DataError(
            f"{checkpoint}: model_type is {config.model_type!r}, but encoders of TF "
            f"Hub are of model_type 'bert', with a pooler; {_INSTEAD}"
        )
    if config.layer_norm_eps != _EPSILON:
        raise DataError(
            f"{checkpoint}: layer_norm_eps is {config.layer_norm_eps:g}, but encoders "
            f"of TF Hub have {_EPSILON:g}; {_INSTEAD}"
        )
    tensors = Tensors(checkpoint)
    if "pooler.dense.weight" not in tensors:
        raise DataError(
            f"{checkpoint}: has no pooler, but encoders of TF Hub need one; {_INSTEAD}"
        )
    shapes = config.tensor_shapes(has_pooler=True)
    tensors.check(shapes)
    tensors.check_values(shapes)
    return config, tensors


def _aside(folder: Path, write: Callable[[Path], None]) -> None:
    """Writes to a temporary folder, then renames it, so that no half is ever seen."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", dir=folder.parent) as scratch:
            # Only its owner can read a temporary folder, but everybody a folder in it.
            partial = Path(scratch, folder.name)
            partial.mkdir()
            write(partial)
            atomic.sync_tree(partial)
            partial.rename(folder)
            atomic.sync(folder.parent)
    except (OSError, tf.errors.OpError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(
            f"{folder}: cannot be written: {reason}; choose another folder with --to"
        ) from None


# Autograph would convert the source of tf-models: many seconds, and no effect.
@tf.autograph.experimental.do_not_convert
def _write(
    folder: Path,
    config: BertConfig,
    tensors: Tensors,
    vocabulary: str,
    lower_case: bool,
) -> None:
    shape = _shape(config)
    encoder = export_tfhub_lib.get_bert_encoder(shape)
    for variable in encoder.weights:
        variable.assign(_value(variable, tensors))
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        # The exporter reads weights only from a checkpoint of TensorFlow.
        weights = tf.train.Checkpoint(model=encoder, encoder=encoder).save(
            str(Path(scratch, "weights"))
        )
        export_tfhub_lib.export_model(
            str(folder / ENCODER),
            bert_config=shape,
            model_checkpoint_path=weights,
            with_mlm=False,
            vocab_file=vocabulary,
            do_lower_case=lower_case,
        )
    export_tfhub_lib.export_preprocessing(
        str(folder / PREPROCESS),
        vocab_file=vocabulary,
        do_lower_case=lower_case,
        tokenize_with_offsets=False,
        default_seq_length=min(_USUAL_LENGTH, config.max_position_embeddings),
    )


def _shape(config: BertConfig) -> configs.BertConfig:
    return configs.BertConfig(
        vocab_size=config.vocab_size,
        hidden_size=config.hidden_size,
        num_hidden_layers=config.num_hidden_layers,
        num_attention_heads=config.num_attention_heads,
        intermediate_size=config.intermediate_size,
        # The name "gelu" would select the approximate GELU in tf-models.
        hidden_act=tf_keras.activations.gelu,
        hidden_dropout_prob=config.hidden_dropout_prob,
        attention_probs_dropout_prob=config.attention_probs_dropout_prob,
        max_position_embeddings=config.max_position_embeddings,
        type_vocab_size=config.type_vocab_size,
    )


def _value(variable: tf.Variable, tensors: Tensors) -> np.ndarray:
    """Reads the value of a variable of tf-models' encoder."""
    # Hugging Face stores [out, in]; tf-models' attention has another axis, for heads.
    layer, _, kind = variable.name.partition(":")[0].rpartition("/")
    suffix = "bias" if kind in ("bias", "beta") else "weight"
    values = tensors.read(f"{_theirs(layer)}.{suffix}")
    return (values.T if kind == "kernel" else values).reshape(variable.shape)


def _theirs(layer: str) -> str:
    if layer in _LAYERS:
        return _LAYERS[layer]
    number, _, part = layer.removeprefix("transformer/layer_").partition("/")
    return f"encoder.layer.{number}.{_LAYERS_OF_A_BLOCK[part]}"
