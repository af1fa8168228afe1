"""Reads config.json of every family of encoders, and refuses other models."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from newsdesk.errors import ConfigError, DataError
from trainer.pretrained.bert_config import (
    BertConfig,
    DistilBertConfig,
    ElectraConfig,
    RobertaConfig,
)
from trainer.pretrained.encoder_config import CONFIG, EncoderConfig
from trainer.pretrained.files import read_object
from trainer.pretrained.modernbert_config import ModernBertConfig

MAX_BYTES = 1 << 20
# By model_type.
FAMILIES: dict[str, type[EncoderConfig]] = {
    "bert": BertConfig,
    "camembert": RobertaConfig,
    "distilbert": DistilBertConfig,
    "electra": ElectraConfig,
    "modernbert": ModernBertConfig,
    "roberta": RobertaConfig,
    "xlm-roberta": RobertaConfig,
}


def read(folder: str) -> EncoderConfig:
    """Reads config.json.

    Args:
        folder: a checkpoint.

    Returns:
        Its checked values; the class depends on the family.

    Raises:
        DataError: the file is missing or not JSON, or describes another model.
    """
    path = Path(folder, CONFIG)
    if not Path(folder).is_dir():
        raise DataError(
            f"{folder}: is not a folder; model.encoder.path must be a folder with "
            "config.json, model.safetensors and the files of a tokenizer"
        )
    keys = read_object(path, MAX_BYTES)
    name = keys.get("model_type")
    family = FAMILIES.get(name) if isinstance(name, str) else None
    if family is None:
        said = f"{name!r}, which is not built in" if "model_type" in keys else "missing"
        raise DataError(
            f"{path}: model_type is {said} (built in: {', '.join(FAMILIES)}); use a "
            "checkpoint of one of these"
        )
    try:
        return family.model_validate(keys)
    except ValidationError as error:
        raise DataError(f"{path}: {_explained(error.errors()[0], name)}") from None


def check_size(
    found: EncoderConfig, folder: str, tokens: int, file: str, max_length: int
) -> None:
    """Compares an encoder's size with the vocabulary and the longest text.

    Args:
        found: its config.json.
        folder: the checkpoint, for an error.
        tokens: number of tokens in the vocabulary, with added ones.
        file: the name of the file with the vocabulary, for an error.
        max_length: text.max_length; 0 if no texts are read.

    Raises:
        ConfigError: texts may be longer than the encoder reads.
        DataError: the vocabulary has tokens without an embedding.
    """
    if tokens > found.vocab_size:
        raise DataError(
            f"{folder}: {file} has {tokens:,} tokens, but vocab_size is "
            f"{found.vocab_size:,} in config.json, so the last ones have no embedding; "
            "use files of one checkpoint"
        )
    if max_length > found.longest:
        reserved = found.max_position_embeddings - found.longest
        why = f", {reserved} of which no token gets" if reserved else ""
        raise ConfigError(
            f"text.max_length is {max_length}, but max_position_embeddings is "
            f"{found.max_position_embeddings} in {Path(folder, CONFIG)}{why}: the "
            f"encoder reads {found.longest} tokens at most; lower text.max_length to "
            f"{found.longest} or less"
        )


def check_layers(found: EncoderConfig, folder: str, count: int | None) -> None:
    """Compares the number of layers to train with that of an encoder.

    Args:
        found: its config.json.
        folder: the checkpoint, for an error.
        count: model.encoder.train_layers.

    Raises:
        ConfigError: the encoder has fewer layers.
    """
    if count is not None and count > found.num_hidden_layers:
        raise ConfigError(
            f"model.encoder.train_layers is {count}, but {folder} has "
            f"{found.num_hidden_layers} layers; lower train_layers to that or less"
        )


def check_rank(found: EncoderConfig, folder: str, rank: int | None) -> None:
    """Compares the rank of LoRA with the width of an encoder.

    Args:
        found: its config.json.
        folder: the checkpoint, for an error.
        rank: model.encoder.lora_rank.

    Raises:
        ConfigError: the rank is larger than the width.
    """
    if rank is not None and rank > found.hidden_size:
        raise ConfigError(
            f"model.encoder.lora_rank is {rank}, but {folder} has the width "
            f"{found.hidden_size}; lower lora_rank, for example to 8"
        )


def _explained(fault: Any, family: Any) -> str:
    """A sentence with the key, its value and what is allowed."""
    if not fault["loc"]:
        message = str(fault["msg"]).removeprefix("Value error, ")
        return f"{message}; use another checkpoint"
    key = ".".join(map(str, fault["loc"]))
    if key == "auto_map":
        return (
            "auto_map names Python code in the checkpoint, which is never run; use a "
            "checkpoint without auto_map"
        )
    if fault["type"] == "missing":
        return f"{key} is missing, which a {family} has; use the config.json of one"
    if fault["type"] in ("literal_error", "none_required"):
        allowed = fault.get("ctx", {}).get("expected", "null")
        return (
            f"{key} is {fault['input']!r}, but must be {allowed}: nothing else is "
            f"built in for {family}; use another checkpoint"
        )
    message = fault["msg"][:1].lower() + fault["msg"][1:]
    return f"{key} is {fault['input']!r}: {message}; use another checkpoint"
