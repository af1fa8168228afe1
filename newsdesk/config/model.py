"""The model section: encoder, pooling and head."""

from typing import Literal

from pydantic import Field

from newsdesk.config.encoders import Encoder, TransformerEncoder
from newsdesk.config.section import Section


class Model(Section):
    """The encoder, the pooling of its output, and the dense head."""

    encoder: Encoder = TransformerEncoder()
    """What turns token ids into vectors; `kind` chooses it."""
    pooling: Literal["mean", "cls", "max"] = "mean"
    """How the vectors of the tokens become one: their mean, that of the first token, or
    the maximum."""
    head_width: int = Field(20, ge=1)
    """Width of the layer between encoder and classes."""
    dropout: float = Field(0.1, ge=0.0, lt=1.0)
    """Dropout in the head."""
    token_dropout: float = Field(0.0, ge=0.0, lt=1.0)
    """Share of tokens that is hidden in training."""

    @property
    def allowed_operations(self) -> list[str]:
        """Operations that the model may contain in addition to the allow-list."""
        return list(getattr(self.encoder, "allow_operations", ()))
