"""The text section: how strings become token ids."""

from typing import Literal

from pydantic import Field, model_validator

from newsdesk.config.paths import LocalPath
from newsdesk.config.section import Section

SMALLEST_PIECES = 300
Truncation = Literal["head", "head_tail"]


class Text(Section):
    """How strings become token ids; a pretrained encoder has its own tokenizer.

    Of a text with more tokens than `max_length`, `truncation` keeps the first ones, or
    some of the first and most of the last.
    """

    tokenizer: Literal["words", "pieces", "wordpiece", "encoder"] = "words"
    vocabulary: LocalPath | None = None
    vocabulary_size: int = Field(20_000, ge=3)
    min_frequency: int = Field(2, ge=1)
    max_length: int = Field(256, ge=3, le=8192)
    truncation: Truncation = "head"
    lower_case: bool = True

    @model_validator(mode="after")
    def _vocabulary_fits(self) -> "Text":
        if (self.tokenizer == "wordpiece") != (self.vocabulary is not None):
            raise ValueError(
                "tokenizer 'wordpiece' requires text.vocabulary, and the other "
                "tokenizers do not accept it; set both or neither"
            )
        return self

    @model_validator(mode="after")
    def _pieces_fit(self) -> "Text":
        if self.tokenizer == "pieces" and self.vocabulary_size < SMALLEST_PIECES:
            raise ValueError(
                f"vocabulary_size is {self.vocabulary_size}, and tokenizer 'pieces' "
                f"requires at least {SMALLEST_PIECES}, because each of the 256 bytes "
                "is a piece"
            )
        return self
