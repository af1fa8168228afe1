"""Word pieces and casing: of a given vocabulary, or those an encoder was made with."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline.config import Encoder, Text
from pipeline.errors import DataError
from trainer.hub import pieces as hub_pieces

# What tokenizer_config.json may say.
_TOKENIZER_SETTINGS: dict[str, tuple[bool | None, ...]] = {
    "do_lower_case": (True, False),
    "strip_accents": (None, True, False),
    "tokenize_chinese_chars": (True,),
    "do_basic_tokenize": (True,),
}
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
# The largest vocabularies of many languages have a tenth of it.
_MAX_BYTES = 64 << 20
# BERT cuts at punctuation, so that a slash stands alone.
_STRANGE = re.compile(r"(?!(##)?[/\\]$).*[/\\\0].*", re.DOTALL)


@dataclass(frozen=True)
class Pieces:
    """A WordPiece vocabulary.

    Attributes:
        path: a text file with a piece a line.
        names: the pieces in the order of their ids.
        lower_case: whether capitals become small letters before.
        strip_accents: whether accents are dropped before; None: as `lower_case` is.
        rules: whose tokenizer texts are cut like; models of the hub were published
            with that of tensorflow_text, which folds more than the case (ß to ss).
    """

    path: str
    names: list[str]
    lower_case: bool
    strip_accents: bool | None = None
    rules: Literal["huggingface", "tensorflow"] = "huggingface"

    @property
    def strips_accents(self) -> bool:
        """Whether accents are dropped, said or not."""
        return self.lower_case if self.strip_accents is None else self.strip_accents


def find(text: Text, encoder: Encoder) -> Pieces:
    """Finds the vocabulary that texts are cut with.

    Args:
        text: the text section; its tokenizer is not `words`.
        encoder: the model.encoder section.

    Returns:
        The given vocabulary, or the pretrained encoder's own.

    Raises:
        ConfigError: a preprocessing SavedModel cannot be used.
        DataError: a file cannot be read, or a piece is missing or doubled.
    """
    if encoder.kind == "hub":
        found = hub_pieces.read(encoder.preprocess)
        path = found.vocabulary
        return Pieces(path, read(path), found.lower_case, rules="tensorflow")
    if encoder.kind == "checkpoint":
        path = str(Path(encoder.path, "vocab.txt"))
        settings = _tokenizer_settings(Path(encoder.path, "tokenizer_config.json"))
        return Pieces(
            path, read(path), settings["do_lower_case"], settings["strip_accents"]
        )
    path = str(text.vocabulary)
    return Pieces(path, read(path), text.lower_case)


def read(path: str) -> list[str]:
    """Reads a WordPiece vocabulary.

    Args:
        path: a text file with a piece a line; the first is [PAD].

    Returns:
        The pieces in the order of their ids.

    Raises:
        DataError: the file cannot be read, or a piece is missing, doubled or no piece.
    """
    try:
        size = Path(path).stat().st_size
        if not Path(path).is_file() or size > _MAX_BYTES:
            raise DataError(
                f"vocabulary: {path} is no file of at most {_MAX_BYTES:,} bytes; give "
                "the vocab.txt of a BERT model"
            )
        lines = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"vocabulary: {path} cannot be read: {error}") from None
    # Not splitlines: a piece may be one of the characters that it also splits at.
    pieces = lines.removesuffix("\n").split("\n")
    missing = [piece for piece in _SPECIAL if piece not in pieces]
    if missing:
        raise DataError(
            f"vocabulary: {path} lacks {', '.join(missing)}; give the vocab.txt "
            "of a BERT model, a piece a line"
        )
    if pieces[0] != "[PAD]":
        raise DataError(f"vocabulary: {path}: the first line must be [PAD]")
    for number, piece in enumerate(pieces, 1):
        if _STRANGE.fullmatch(piece):
            raise DataError(
                f"vocabulary: {path}:{number} is {piece[:80]!r}, which is no piece of "
                "a word; give the vocab.txt of a BERT model"
            )
    if len(set(pieces)) < len(pieces):
        raise DataError(f"vocabulary: {path} names a piece twice")
    return pieces


def _tokenizer_settings(path: Path) -> dict[str, Any]:
    """What decides the ids, with the values that BERT has where nothing is said."""
    try:
        settings = {
            "strip_accents": None,
            "tokenize_chinese_chars": True,
            "do_basic_tokenize": True,
            **json.loads(path.read_text(encoding="utf-8")),
        }
    except (OSError, ValueError, TypeError) as error:
        raise DataError(f"{path}: cannot be read as JSON: {error}") from None
    for key, allowed in _TOKENIZER_SETTINGS.items():
        # By identity, for 1 is no answer to a question of true and false.
        if not any(settings.get(key) is value for value in allowed):
            raise DataError(
                f"{path}: {key} is {settings.get(key)!r}; it must be "
                f"{' or '.join(json.dumps(value) for value in allowed)}"
            )
    return settings
