"""The text section: how strings become token ids."""

from typing import Literal

from pydantic import Field, model_validator

from newsdesk.config.paths import LocalPath
from newsdesk.config.section import Section

SMALLEST_PIECES = 300
Truncation = Literal["head", "head_tail"]


class Text(Section):
    """How strings become token ids; a pretrained encoder has its own tokenizer."""

    tokenizer: Literal["words", "pieces", "wordpiece", "encoder"] = "words"
    """How text is cut: `words`, `pieces` for languages without spaces between words,
    `wordpiece` with `text.vocabulary`, or the encoder's own."""
    vocabulary: LocalPath | None = None
    """The `vocab.txt` of `wordpiece`."""
    vocabulary_size: int = Field(20_000, ge=3)
    """Most tokens that are learned from the train split; `pieces` needs at least 300.
    """
    min_frequency: int = Field(2, ge=1)
    """In how many train rows a word must occur to be in the vocabulary."""
    max_length: int = Field(256, ge=3, le=8192)
    """Most tokens that the model reads of a text; a checkpoint may limit it further,
    most to 512."""
    truncation: Truncation = "head"
    """What is kept of a longer text: `head`, or with `head_tail` a quarter from its
    beginning and the rest from its end."""
    lower_case: bool = True
    """Whether words are lower-cased; a pretrained encoder has its own rule."""

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
