"""Finds the added tokens of a checkpoint in texts, in the graph.

Every added token that a text holds is replaced by a word that no text can hold, and the
tokenizer gets that word as a piece. The words are made of noncharacters, which Unicode
keeps out of texts and which nothing before the tokenizer drops.
"""

import re
from collections.abc import Sequence

import tensorflow as tf

from trainer.pretrained.added_tokens import AddedToken
from trainer.text.word_pieces import Pieces

# One for each hexadecimal digit of an id.
_DIGITS = [chr(0xFDD0 + digit) for digit in range(16)]
# Around what was found, until it is replaced.
_EDGE = "\ufde0"
# Takes the place of noncharacters in a text; a piece has neither.
_INSTEAD = "\ufdef"
_RESERVED = f"[{_DIGITS[0]}-{_EDGE}]"


def vocabulary(pieces: Pieces) -> tuple[list[str], list[int]]:
    """Makes the vocabulary of a tokenizer that is given replaced texts.

    Args:
        pieces: the vocabulary and its added tokens.

    Returns:
        The tokenizer's pieces; and for each the id that it stands for.
    """
    names, ids = list(pieces.names), list(range(len(pieces.names)))
    for token in pieces.added:
        if token.in_vocabulary:
            names.append(_word(token))
            ids.append(token.id)
        else:
            names[token.id] = _word(token)
    return names, ids


def without_reserved(texts: tf.Tensor) -> tf.Tensor:
    """Makes room for the words that stand for added tokens.

    Args:
        texts: string [batch].

    Returns:
        The same, with another noncharacter instead of those that the words have.
    """
    return tf.strings.regex_replace(texts, _RESERVED, _INSTEAD)


def replaced(texts: tf.Tensor, tokens: Sequence[AddedToken]) -> tf.Tensor:
    """Replaces added tokens; of two that overlap the first, then the longest.

    Args:
        texts: string [batch], without reserved characters.
        tokens: to look for.

    Returns:
        The texts, with a word of its own for every token.
    """
    if not tokens:
        return texts
    longest_first = sorted(tokens, key=lambda token: -len(token.matched))
    any_of = "|".join(_quoted(token.matched) for token in longest_first)
    texts = tf.strings.regex_replace(texts, f"({any_of})", rf"{_EDGE}\1{_EDGE}")
    for token in tokens:
        found = _EDGE + _quoted(token.matched) + _EDGE
        texts = tf.strings.regex_replace(texts, found, f" {_word(token)} ")
    return texts


def _word(token: AddedToken) -> str:
    return "".join(_DIGITS[int(digit, 16)] for digit in f"{token.id:x}")


def _quoted(text: str) -> str:
    # RE2 takes a backslash before ASCII punctuation alone.
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)
