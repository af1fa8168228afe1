"""Finds the tokens that texts are cut into: given, or those of a pretrained encoder."""

import functools
import pkgutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from newsdesk.config.encoders import Encoder
from newsdesk.config.text import Text
from trainer.text import vocab_txt, word_pieces
from trainer.text.word_pieces import Pieces
from trainer.tokenizers.spec import Spec


class HubPieces(NamedTuple):
    """Word pieces of a model of the hub, cut by the rules of TensorFlow Text.

    The hub's models were trained with these rules, which fold more than the case (ß to
    ss), so no `Spec` describes them.

    Attributes:
        names: the pieces in the order of their ids.
        lower_case: whether texts are lower-cased and stripped of accents.
    """

    names: list[str]
    lower_case: bool


Tokens: TypeAlias = Spec | HubPieces


def find(text: Text, encoder: Encoder) -> Tokens:
    """Finds the tokenizer of texts.

    Args:
        text: the text section; its tokenizer is not `words`.
        encoder: the model.encoder section.

    Returns:
        The tokenizer of the given vocabulary, or the pretrained encoder's own.

    Raises:
        ConfigError: a preprocessing SavedModel cannot be used.
        DataError: a file cannot be read, or asks for what is not built in.
    """
    if encoder.tokenizer is not None:
        # Imported late, because a hub model is read with TensorFlow, which an
        # inspection of files does without.
        found: Tokens = pkgutil.resolve_name(encoder.tokenizer)(encoder)
        return found
    path = str(text.vocabulary)
    return vocab_txt.of_pieces(Pieces(path, word_pieces.read(path), text.lower_case))


def file_of(names: Sequence[str], name: str = word_pieces.VOCABULARY) -> str:
    """Writes tokens into a file, for libraries that read one.

    Args:
        names: the tokens in the order of their ids.
        name: the name of the file.

    Returns:
        The path of a text file with a token a line, which exists as long as this
        process; line ends in a token are written as escapes.
    """
    lines = [one.replace("\n", "\\n").replace("\r", "\\r") for one in names]
    return str(Path(_folder_with("\n".join(lines), name).name, name))


@functools.cache
def _folder_with(lines: str, name: str) -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory(prefix="newsdesk-")
    path = Path(folder.name, name)
    path.write_text(lines + "\n", encoding="utf-8", newline="\n")
    return folder
