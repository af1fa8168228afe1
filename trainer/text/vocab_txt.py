"""Reads vocab.txt with its neighbours, as older releases saved a BERT."""

from pathlib import Path

from trainer.text import word_pieces
from trainer.tokenizers import settings
from trainer.tokenizers.spec import BertNormalizer, Spec, WordPiece

VOCAB_TXT = "vocab.txt"


def read(folder: Path) -> Spec:
    """Reads a BERT's vocabulary, added tokens and casing.

    Args:
        folder: a checkpoint.

    Returns:
        The tokenizer.

    Raises:
        DataError: a file cannot be read, or describes what is not built in.
    """
    return of_pieces(word_pieces.of_checkpoint(folder), settings.read(folder))


def of_pieces(
    found: word_pieces.Pieces, said: settings.Settings = settings.NONE
) -> Spec:
    """Makes a tokenizer of a vocabulary with BERT's own special tokens.

    Args:
        found: the vocabulary and its rules.
        said: the tokenizer_config.json, if the vocabulary has one.

    Returns:
        The tokenizer.
    """
    first = (found.names.index("[CLS]"),)
    last = (found.names.index("[SEP]"),)
    return Spec(
        (Path(found.path), *said.files),
        tuple(found.names),
        WordPiece("##", "[UNK]"),
        (BertNormalizer(found.lower_case, found.strips_accents),),
        found.added,
        first,
        last,
        said.special(found.names, first, last, "[UNK]"),
        said.longest,
        found.assumed,
    )
