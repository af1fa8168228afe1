"""Reads config.json of a BERT from Hugging Face, and refuses other architectures."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from newsdesk.errors import ConfigError, DataError
from trainer.pretrained.files import read_object

CONFIG = "config.json"
MAX_BYTES = 1 << 20
_ONLY = "only a BERT with exact GELU and absolute positions can be read"


class BertConfig(BaseModel):
    """The keys of config.json that decide what a BERT computes."""

    model_config = ConfigDict(frozen=True, strict=True)

    model_type: Literal["bert"]
    hidden_act: Literal["gelu"]
    position_embedding_type: Literal["absolute"] = "absolute"
    is_decoder: Literal[False] = False
    pad_token_id: Literal[0] = 0
    vocab_size: int = Field(ge=1)
    hidden_size: int = Field(ge=1)
    num_hidden_layers: int = Field(ge=1)
    num_attention_heads: int = Field(ge=1)
    intermediate_size: int = Field(ge=1)
    max_position_embeddings: int = Field(ge=1)
    type_vocab_size: int = Field(ge=1)
    layer_norm_eps: float = Field(1e-12, gt=0.0)
    hidden_dropout_prob: float = Field(0.1, ge=0.0, lt=1.0)
    attention_probs_dropout_prob: float = Field(0.1, ge=0.0, lt=1.0)
    # Names Python code in the checkpoint, which could compute anything.
    auto_map: None = None

    @model_validator(mode="after")
    def _heads_divide_width(self) -> "BertConfig":
        if self.hidden_size % self.num_attention_heads:
            raise ValueError("num_attention_heads must divide hidden_size")
        return self


def read(folder: str) -> BertConfig:
    """Reads config.json.

    Args:
        folder: a checkpoint.

    Returns:
        Its checked values.

    Raises:
        DataError: the file is missing or not JSON, or describes another architecture.
    """
    path = Path(folder, CONFIG)
    if not Path(folder).is_dir():
        raise DataError(
            f"{folder}: is not a folder; model.encoder.path must be a folder with "
            "config.json, model.safetensors and vocab.txt"
        )
    try:
        return BertConfig.model_validate(read_object(path, MAX_BYTES))
    except ValidationError as error:
        raise DataError(f"{path}: {_explained(error.errors()[0])}") from None


def check_size(found: BertConfig, folder: str, tokens: int, max_length: int) -> None:
    """Compares an encoder's size with the vocabulary and the longest text.

    Args:
        found: its config.json.
        folder: the checkpoint, for an error.
        tokens: number of tokens in the vocabulary, with added ones.
        max_length: text.max_length; 0 if no texts are read.

    Raises:
        ConfigError: texts may be longer than the encoder reads.
        DataError: the vocabulary has tokens without an embedding.
    """
    if tokens > found.vocab_size:
        raise DataError(
            f"{folder}: vocab.txt has {tokens:,} tokens, but vocab_size is "
            f"{found.vocab_size:,} in config.json, so the last ones have no embedding; "
            "use files of one checkpoint"
        )
    positions = found.max_position_embeddings
    if max_length > positions:
        raise ConfigError(
            f"text.max_length is {max_length}, but max_position_embeddings is "
            f"{positions} in {Path(folder, CONFIG)}: the encoder reads {positions} "
            f"tokens at most; lower text.max_length to {positions} or less"
        )


def _explained(fault: Any) -> str:
    """A sentence with the key, its value and what is allowed."""
    if not fault["loc"]:
        return str(fault["msg"]).removeprefix("Value error, ")
    key = fault["loc"][0]
    if key == "auto_map":
        return (
            "auto_map names Python code in the checkpoint, which is never run; use a "
            "checkpoint without auto_map"
        )
    if fault["type"] == "missing":
        return f"{key} is missing; {_ONLY}, so use the config.json of one"
    if fault["type"] == "literal_error":
        allowed = fault["ctx"]["expected"]
        return f"{key} is {fault['input']!r}, but must be {allowed}; {_ONLY}"
    message = fault["msg"][:1].lower() + fault["msg"][1:]
    return f"{key} is {fault['input']!r}: {message}; {_ONLY}"
