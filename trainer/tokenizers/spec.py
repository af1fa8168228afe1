"""What the files of a tokenizer say, whichever layout they have."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class AddedToken:
    """A token that is matched literally, before a text is cut.

    Attributes:
        text: the token as its file has it.
        id: its row in the word embeddings.
        matched: what is looked for in texts; differs from `text` if `normalized`.
        normalized: whether it is looked for in normalized texts.
        special: whether it marks texts, such as [SEP], and is not a word.
        lstrip: whether white space before it belongs to it.
        rstrip: whether white space after it belongs to it.
    """

    text: str
    id: int
    matched: str
    normalized: bool
    special: bool = False
    lstrip: bool = False
    rstrip: bool = False


@dataclass(frozen=True)
class BertNormalizer:
    """Cleans texts; lower-cases and drops accents where the pieces have none."""

    lower_case: bool
    strip_accents: bool


@dataclass(frozen=True)
class Compose:
    """Unicode's normal form C."""


@dataclass(frozen=True)
class CharacterMap:
    """SentencePiece's own normalization.

    Attributes:
        replacements: what characters, or sequences of them, are replaced by.
    """

    replacements: Mapping[str, str]


@dataclass(frozen=True)
class Strip:
    """Removes white space at the ends."""

    left: bool
    right: bool


@dataclass(frozen=True)
class ReplaceSpaces:
    """Replaces two or more spaces in a row."""

    by: str


Normalizer = BertNormalizer | Compose | CharacterMap | Strip | ReplaceSpaces


@dataclass(frozen=True)
class WordPiece:
    """Greedy longest pieces of words that BERT's rules cut.

    Attributes:
        prefix: begins a piece that continues a word.
        unknown: the piece for words that cannot be cut.
    """

    prefix: str
    unknown: str


@dataclass(frozen=True)
class ByteBpe:
    """Pairs of bytes merged by rank, in words that GPT-2's pattern cuts.

    Attributes:
        merges: pairs of tokens, the first merged first.
        prefix_space: whether a text without a leading space gets one.
    """

    merges: tuple[tuple[str, str], ...]
    prefix_space: bool


@dataclass(frozen=True)
class Unigram:
    """The likeliest pieces of words.

    Attributes:
        scores: logarithmic probability of each token.
        unknown: the id of characters that no token has.
        splits_white_space: whether texts are cut at any white space first.
        marks_first: whether the first word is marked as the others are.
        splits_at_marks: whether a mark in a word starts another word.
    """

    scores: tuple[float, ...]
    unknown: int
    splits_white_space: bool
    marks_first: bool
    splits_at_marks: bool


@dataclass(frozen=True)
class Spec:
    """A tokenizer.

    Attributes:
        files: the files that decide the ids.
        names: the tokens in the order of their ids, added ones included.
        model: how words become tokens.
        normalizers: what happens to texts before, in order.
        added: tokens that are matched literally.
        first: ids before a text.
        last: ids after a text.
        special: ids by the keys pad, unk, cls and sep, as far as the files name them.
        longest: how many tokens a text may have, special ones included; None if the
            files do not say.
        assumed: what the files do not say, in a sentence; "" if nothing.
    """

    files: tuple[Path, ...]
    names: tuple[str, ...]
    model: WordPiece | ByteBpe | Unigram
    normalizers: tuple[Normalizer, ...] = ()
    added: tuple[AddedToken, ...] = ()
    first: tuple[int, ...] = ()
    last: tuple[int, ...] = ()
    special: Mapping[str, int] = field(default_factory=dict)
    longest: int | None = None
    assumed: str = ""

    @property
    def kind(self) -> Literal["WordPiece", "ByteBpe", "Unigram"]:
        """The name of the model."""
        if isinstance(self.model, WordPiece):
            return "WordPiece"
        return "ByteBpe" if isinstance(self.model, ByteBpe) else "Unigram"
