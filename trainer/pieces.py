"""Word pieces and casing: of a given vocabulary, or those an encoder was made with."""

import json
from dataclasses import dataclass
from pathlib import Path

from pipeline.config import Encoder, Text
from pipeline.errors import DataError
from trainer.hub import pieces as hub_pieces

_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")


@dataclass(frozen=True)
class Pieces:
    """A WordPiece vocabulary.

    Attributes:
        path: a text file with a piece a line.
        names: the pieces in the order of their ids.
        lower_case: whether texts are lower-cased and stripped of accents before.
    """

    path: str
    names: list[str]
    lower_case: bool


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
        return Pieces(found.vocabulary, read(found.vocabulary), found.lower_case)
    if encoder.kind == "checkpoint":
        path = str(Path(encoder.path, "vocab.txt"))
        return Pieces(path, read(path), _lower_case(encoder.path))
    path = str(text.vocabulary)
    return Pieces(path, read(path), text.lower_case)


def read(path: str) -> list[str]:
    """Reads a WordPiece vocabulary.

    Args:
        path: a text file with a piece a line; the first is [PAD].

    Returns:
        The pieces in the order of their ids.

    Raises:
        DataError: the file cannot be read, or a piece is missing or doubled.
    """
    try:
        pieces = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"vocabulary: {path} cannot be read: {error}") from None
    missing = [piece for piece in _SPECIAL if piece not in pieces]
    if missing:
        raise DataError(
            f"vocabulary: {path} lacks {', '.join(missing)}; give the vocab.txt "
            "of a BERT model, a piece a line"
        )
    if pieces[0] != "[PAD]":
        raise DataError(f"vocabulary: {path}: the first line must be [PAD]")
    if len(set(pieces)) < len(pieces):
        raise DataError(f"vocabulary: {path} names a piece twice")
    return pieces


def _lower_case(folder: str) -> bool:
    path = Path(folder, "tokenizer_config.json")
    try:
        return bool(json.loads(path.read_text(encoding="utf-8"))["do_lower_case"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path}: does not tell do_lower_case, true or false: {error}"
        ) from None
