"""The part of config.json that all families of encoders share."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from trainer.pretrained.names import Names

CONFIG = "config.json"


class EncoderConfig(BaseModel):
    """The keys of config.json that decide what an encoder computes.

    Attributes:
        tensor_names: how the family calls its tensors.
        prefixes: what the names of tensors may begin with, where the encoder was saved
            together with a head.
    """

    model_config = ConfigDict(frozen=True, strict=True)
    tensor_names: ClassVar[Names]
    prefixes: ClassVar[tuple[str, ...]]

    model_type: str
    vocab_size: int = Field(ge=1)
    pad_token_id: int = Field(0, ge=0)
    hidden_size: int = Field(ge=1)
    num_hidden_layers: int = Field(ge=1)
    num_attention_heads: int = Field(ge=1)
    intermediate_size: int = Field(ge=1)
    max_position_embeddings: int = Field(ge=1)
    # Names Python code in the checkpoint, which could compute anything.
    auto_map: None = None

    @property
    def longest(self) -> int:
        """The most tokens that a text can have, special ones included."""
        return self.max_position_embeddings

    def tensor_shapes(self, has_pooler: bool) -> dict[str, tuple[int, ...]]:
        """Lists the weights of the encoder.

        Args:
            has_pooler: whether a dense layer follows the vector of the first token.

        Returns:
            Names of tensors and their shapes; matrices are [out, in].
        """
        raise NotImplementedError

    @model_validator(mode="after")
    def _sizes_fit(self) -> "EncoderConfig":
        if self.hidden_size % self.num_attention_heads:
            raise ValueError("num_attention_heads must divide hidden_size")
        if self.pad_token_id >= self.vocab_size:
            raise ValueError(
                f"pad_token_id is {self.pad_token_id}, and must be below vocab_size "
                f"{self.vocab_size}"
            )
        return self
