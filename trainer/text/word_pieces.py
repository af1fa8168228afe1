"""Word pieces and casing: of a given vocabulary, or those an encoder was made with."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from newsdesk.errors import DataError
from trainer.pretrained import files, tokenizer_config
from trainer.tokenizers import added_tokens
from trainer.tokenizers.spec import AddedToken

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
        added: tokens that are matched literally before a text is cut.
        assumed: what was not said of the tokenizer, in a sentence; "" if nothing.
    """

    path: str
    names: list[str]
    lower_case: bool
    strip_accents: bool | None = None
    added: tuple[AddedToken, ...] = ()
    assumed: str = ""

    @property
    def strips_accents(self) -> bool:
        """Whether accents are dropped, said or not."""
        return self.lower_case if self.strip_accents is None else self.strip_accents


def of_checkpoint(folder: Path) -> Pieces:
    """Reads vocabulary, added tokens and casing of a checkpoint with vocab.txt.

    Args:
        folder: as older releases of transformers saved it.

    Returns:
        The pieces that its texts were cut into.

    Raises:
        DataError: a file cannot be read, or describes what we do not have.
    """
    # The class comes first: the vocabularies of others have other names.
    config = tokenizer_config.read(folder)
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
