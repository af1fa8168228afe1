"""config.json of a BERT, as Hugging Face writes it; what we do not have is refused."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.errors import DataError

_MAX_BYTES = 1 << 20


class BertConfig(BaseModel):
    """The keys that decide what a BERT computes, by the names they have there."""

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
        DataError: the file is missing or not JSON, or tells of another architecture.
    """
    path = Path(folder, "config.json")
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise DataError(f"{path}: has over {_MAX_BYTES:,} bytes")
        return BertConfig.model_validate_json(path.read_bytes())
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read: {error.strerror}; model.encoder.path must be a "
            "folder with config.json, model.safetensors, vocab.txt and "
            "tokenizer_config.json"
        ) from None
    except ValidationError as error:
        fault = error.errors()[0]
    if fault["type"] == "json_invalid":
        raise DataError(f"{path}: is not JSON ({fault['ctx']['error']}); copy it anew")
    if not fault["loc"]:
        raise DataError(f"{path}: {fault['msg'].removeprefix('Value error, ')}")
    value = "" if fault["type"] == "missing" else f" is {fault['input']!r}"
    raise DataError(
        f"{path}: {fault['loc'][0]}{value}: {fault['msg']}; only encoders that are a "
        "BERT with exact GELU and absolute positions can be read"
    )
