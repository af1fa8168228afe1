"""Writes the tokens of a vocabulary as people read them."""

import re
from collections.abc import Sequence

import tensorflow as tf

from trainer.text import vocabularies
from trainer.tokenizers import bytes_of_text

# SentencePiece puts it where a word begins; others put a space there.
WORD = "▁"
_NAME = "readable_tokens.txt"
# SentencePiece writes the bytes of rare characters so.
_BYTE = re.compile(r"<0x([0-9A-F]{2})>")


def file_of(vocabulary: str) -> str:
    """Finds a file with readable tokens for a vocabulary.

    Args:
        vocabulary: a text file with a token a line.

    Returns:
        The same path, or that of a new file if the tokens are written as bytes.
    """
    with tf.io.gfile.GFile(vocabulary, "rb") as stream:
        names = stream.read().decode("utf-8", "replace").removesuffix("\n").split("\n")
    decode = decoded if is_byte_level(names) else with_bytes
    readable = [decode(name) for name in names]
    if readable == names:
        return vocabulary
    return vocabularies.file_of(readable, _NAME)


def is_byte_level(names: Sequence[str]) -> bool:
    """Recognizes the vocabulary of a byte-level tokenizer (Radford et al., 2019).

    Args:
        names: the tokens.

    Returns:
        Whether every byte is a token.
    """
    return bytes_of_text.by_character().keys() <= set(names)


def decoded(name: str) -> str:
    r"""Decodes a token of a byte-level tokenizer.

    Args:
        name: such as `ĠcafÃ©`.

    Returns:
        The text, such as `▁café`, with ▁ for a space. Bytes that are only a part of a
        character are written as \xNN; a special token is returned as it is.
    """
    known = bytes_of_text.by_character()
    if not all(character in known for character in name):
        return name
    found = bytes(known[character] for character in name)
    return found.decode("utf-8", "backslashreplace").replace(" ", WORD)


def with_bytes(name: str) -> str:
    r"""Decodes a token of SentencePiece that is one byte.

    Args:
        name: such as `<0x21>`.

    Returns:
        The ASCII character, or \xNN for any other byte; another token as it is.
    """
    found = _BYTE.fullmatch(name)
    if not found:
        return name
    character = chr(int(found[1], 16))
    if character == " ":
        return WORD
    is_readable = character.isascii() and character.isprintable()
    return character if is_readable else f"\\x{found[1].lower()}"
