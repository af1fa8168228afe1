"""Finds added tokens in texts and leaves the text between them to a tokenizer."""

import re
from collections.abc import Callable, Sequence

import tensorflow as tf

from newsdesk.errors import DataError
from trainer.tokenizers.spec import AddedToken
from trainer.tokenizers.unicode import WHITE_SPACE
from trainer.tokenizers.unique import regrouped, split

_TEXT = -1


def tokenized(
    texts: tf.Tensor,
    tokens: Sequence[AddedToken],
    inner: Callable[[tf.Tensor], tf.RaggedTensor],
) -> tf.RaggedTensor:
    """Cuts texts at added tokens; of two that overlap at the first, then the longest.

    Args:
        texts: string [n], UTF-8.
        tokens: to look for.
        inner: cuts the texts between them; gives an empty text no ids.

    Returns:
        int64 [n, (ids)].
    """
    if not tokens:
        return inner(texts)
    # What ends with another token's beginning must not win over the longer one.
    longest_first = sorted(tokens, key=lambda token: -len(token.matched))
    _check_space(longest_first)
    pattern = "|".join(_pattern(token) for token in longest_first)
    parts = split(texts, pattern)
    ids = _ids(parts.flat_values, longest_first, pattern)
    found = inner(tf.where(ids == _TEXT, parts.flat_values, ""))
    literal = tf.RaggedTensor.from_row_lengths(
        tf.boolean_mask(ids, ids != _TEXT),
        tf.cast(ids != _TEXT, tf.int64),
        validate=False,
    )
    return regrouped(parts, tf.concat([literal, found], 1))


def _ids(parts: tf.Tensor, tokens: Sequence[AddedToken], pattern: str) -> tf.Tensor:
    """The id of each part that is a token, -1 for texts."""
    places = tf.where(tf.strings.regex_full_match(parts, pattern))
    found = tf.gather_nd(parts, places)
    if any(token.lstrip or token.rstrip for token in tokens):
        found = tf.strings.regex_replace(
            found, f"^[{WHITE_SPACE}]+|[{WHITE_SPACE}]+$", ""
        )
    matched = tf.constant([token.matched for token in tokens])
    which = tf.argmax(tf.cast(found[:, tf.newaxis] == matched, tf.int32), 1)
    ids = tf.gather(tf.constant([token.id for token in tokens], tf.int64), which)
    texts = tf.fill(tf.shape(parts), tf.constant(_TEXT, tf.int64))
    return tf.tensor_scatter_nd_update(texts, places, ids)


def _pattern(token: AddedToken) -> str:
    before = f"[{WHITE_SPACE}]*" if token.lstrip else ""
    after = f"[{WHITE_SPACE}]*" if token.rstrip else ""
    return before + quoted(token.matched) + after


def _check_space(tokens: Sequence[AddedToken]) -> None:
    strips = [token for token in tokens if token.lstrip or token.rstrip]
    spaces = [token for token in tokens if token.matched != token.matched.strip()]
    if strips and spaces:
        raise DataError(
            f"the added tokens {strips[0].text!r} and {spaces[0].text!r} both take "
            "white space; use another checkpoint"
        )


def quoted(text: str) -> str:
    """Writes a text as a pattern that matches it alone.

    Args:
        text: any.

    Returns:
        RE2's pattern; RE2 takes a backslash before ASCII punctuation alone.
    """
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)
