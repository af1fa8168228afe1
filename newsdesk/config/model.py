"""The model section: encoder, pooling and head."""

from typing import Literal

from pydantic import Field

from newsdesk.config.encoders import Encoder, TransformerEncoder
from newsdesk.config.section import Section


class Model(Section):
    """The encoder, the pooling of its output, and the dense head."""

    encoder: Encoder = TransformerEncoder()
    pooling: Literal["mean", "cls", "max"] = "mean"
    head_width: int = Field(20, ge=1)
    dropout: float = Field(0.1, ge=0.0, lt=1.0)
    token_dropout: float = Field(0.0, ge=0.0, lt=1.0)

    @property
    def allowed_operations(self) -> list[str]:
        """Operations that the model may contain in addition to the allow-list."""
        return list(getattr(self.encoder, "allow_operations", ()))
