"""Word pieces and casing: of a given vocabulary, or those an encoder was made with."""

import functools
import pkgutil
import re
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from newsdesk.config.encoders import CheckpointEncoder, Encoder
from newsdesk.config.text import Text
from newsdesk.errors import DataError
from trainer.pretrained import files, tokenizer_config
from trainer.tokenizers import added_tokens, settings, tokenizer_json
from trainer.tokenizers.spec import AddedToken, BertNormalizer, Spec, WordPiece
from trainer.tokenizers.tokenizer_json import TOKENIZER_JSON

VOCABULARY = "vocab.txt"
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
# The largest vocabularies of many languages have a tenth of it.
_MAX_BYTES = 64 << 20
# BERT cuts at punctuation, so that a slash stands alone.
_STRANGE = re.compile(r"(?!(##)?[/\\]$).*[/\\\0].*", re.DOTALL)


@dataclass(frozen=True)
class Pieces:
    """A WordPiece vocabulary.

    Attributes:
        path: the text file that it was read from.
        names: the pieces in the order of their ids, no two alike.
        lower_case: whether capitals become small letters before.
        strip_accents: whether accents are dropped before; None: as `lower_case` is.
        rules: whose tokenizer texts are cut like; models of the hub were published
            with that of tensorflow_text, which folds more than the case (ß to ss).
        added: tokens that are matched literally before a text is cut.
        assumed: what was not said of the tokenizer, in a sentence; "" if nothing.
    """

    path: str
    names: list[str]
    lower_case: bool
    strip_accents: bool | None = None
    rules: Literal["huggingface", "tensorflow"] = "huggingface"
    added: tuple[AddedToken, ...] = ()
    assumed: str = ""

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
    if encoder.tokenizer is not None:
        # Imported late, because a hub model is read with TensorFlow, which an
        # inspection of files does without.
        found: Pieces = pkgutil.resolve_name(encoder.tokenizer)(encoder)
        return found
    path = str(text.vocabulary)
    return Pieces(path, read(path), text.lower_case)


def of_checkpoint_encoder(encoder: CheckpointEncoder) -> Pieces:
    """Reads the tokenizer of a checkpoint that the configuration names.

    Args:
        encoder: the model.encoder section.

    Returns:
        See `of_checkpoint`.
    """
    return of_checkpoint(Path(encoder.path))


def of_checkpoint(folder: Path) -> Pieces:
    """Reads vocabulary, added tokens and casing of a checkpoint.

    Args:
        folder: as Hugging Face publishes it.

    Returns:
        The pieces that its texts were cut into.

    Raises:
        DataError: a file cannot be read, or describes what we do not have.
    """
    # The class comes first: the vocabularies of others have other names.
    config = tokenizer_config.read(folder)
    if (folder / TOKENIZER_JSON).exists():
        return _of_json(tokenizer_json.read(folder, settings.read(folder)))
    path = folder / VOCABULARY
    names = read(str(path))
    tokenizer_config.check_case(config, names)
    beyond, added = added_tokens.read(folder, config, names)
    return Pieces(
        str(path),
        names + beyond,
        config.lower_case,
        config.strip_accents,
        added=added,
        assumed=config.assumed
        and f"{config.assumed}; assumed do_lower_case = true, as Hugging Face does",
    )


def _of_json(spec: Spec) -> Pieces:
    """Makes pieces of a tokenizer.json, as far as it is the tokenizer of a BERT."""
    path, names = spec.files[0], list(spec.names)
    normalizer = spec.normalizers[0] if spec.normalizers else None
    if not isinstance(spec.model, WordPiece) or not isinstance(
        normalizer, BertNormalizer
    ):
        raise DataError(
            f"{path}: model.type is {spec.kind}, and a BERT has WordPiece; use "
            "files of one checkpoint"
        )
    missing = [piece for piece in _SPECIAL if piece not in names]
    if missing or names[0] != "[PAD]" or spec.model.prefix != "##":
        raise DataError(
            f"{path}: model.vocab must have {', '.join(_SPECIAL)}, [PAD] with the id 0 "
            "and pieces that begin with ##, as a BERT has; use files of one checkpoint"
        )
    for number, piece in enumerate(names):
        if _STRANGE.fullmatch(piece):
            raise DataError(
                f"{path}: model.vocab has {piece[:80]!r} with the id {number}, which "
                "is not a piece of a word; use files of one checkpoint"
            )
    return Pieces(
        str(path),
        names,
        normalizer.lower_case,
        normalizer.strip_accents,
        added=spec.added,
    )


def file_of(pieces: Pieces) -> str:
    """Gives a file that has exactly the pieces, for libraries that read one.

    Args:
        pieces: the vocabulary.

    Returns:
        The path of a text file with a piece a line: the one that they were read from,
        unless it has a byte order mark, blank lines or fewer pieces; then a copy, which
        exists as long as this process.
    """
    lines = "\n".join(pieces.names)
    path = Path(pieces.path)
    if path.read_bytes().removesuffix(b"\n") == lines.encode():
        return pieces.path
    name = VOCABULARY if path.name == TOKENIZER_JSON else path.name
    return str(Path(_folder_with(lines, name).name, name))


@functools.cache
def _folder_with(lines: str, name: str) -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory(prefix="newsdesk-")
    Path(folder.name, name).write_text(lines + "\n", encoding="utf-8", newline="\n")
    return folder


def read(path: str) -> list[str]:
    """Reads a WordPiece vocabulary.

    Args:
        path: a text file with a piece a line, the first of which is [PAD]; with or
            without a byte order mark, with line ends of Unix or Windows.

    Returns:
        The pieces in the order of their ids. A blank line keeps its id, which no text
        has, under a name that says so.

    Raises:
        DataError: the file cannot be read, or a piece is missing, doubled or no piece.
    """
    try:
        text = files.read_text(Path(path), _MAX_BYTES)
    except DataError as error:
        raise DataError(
            f"vocabulary: {error}; give the vocab.txt of a BERT model"
        ) from None
    # Not splitlines: a piece may be one of the characters that it also splits at.
    pieces = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    missing = [piece for piece in _SPECIAL if piece not in pieces]
    if missing:
        raise DataError(
            f"vocabulary: {path} lacks {', '.join(missing)}; use the vocab.txt of a "
            "BERT model, which has one piece per line"
        )
    if pieces[0] != "[PAD]":
        raise DataError(f"vocabulary: {path}: the first line must be [PAD]")
    for number, piece in enumerate(pieces, 1):
        if _STRANGE.fullmatch(piece):
            raise DataError(
                f"vocabulary: {path}:{number} is {piece[:80]!r}, which is not a word "
                "piece; use the vocab.txt of a BERT model"
            )
    names = [piece or f"[blank line {n}]" for n, piece in enumerate(pieces, 1)]
    piece, count = Counter(names).most_common(1)[0]
    if count > 1:
        first, last = names.index(piece), len(names) - names[::-1].index(piece)
        raise DataError(
            f"vocabulary: {path} names a piece twice: {piece[:80]!r} is on lines "
            f"{first + 1} and {last}; Hugging Face takes the last, so rename the "
            f"others, for example to [unused{first + 1}]"
        )
    return names
