"""SentencePiece's normalization in the graph, as the Rust library does it.

The library looks up a whole grapheme of up to five bytes first, takes the first of its
beginnings that has a replacement, and drops the rest of the grapheme; longer graphemes
are looked up character by character. SentencePiece itself takes the longest match
anywhere, so that its own normalization gives other ids for "™" with an accent.
"""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from trainer.tokenizers.unicode import CONTROLS, PREPENDED, extending
from trainer.tokenizers.unique import split

# A space never joins the grapheme before it.
_SPACED_WORD = " ?[^ ]+| "
_LONGEST_BYTES = 5
# So many characters at most have five bytes and are one grapheme.
_LONGEST_KEY = 3
_BITS = 21
_PLAIN = "[ -~]*"


class CharacterMapper:
    """Replaces characters.

    Attributes:
        keeps_white_space: whether a space stays, and a line feed stays white space.
    """

    def __init__(self, replacements: Mapping[str, str]) -> None:
        usable = {
            _number(key): value
            for key, value in replacements.items()
            if len(key) == 1 or len(key.encode()) <= _LONGEST_BYTES
        }
        numbers = sorted(usable)
        self._numbers = np.array(numbers, np.int64)
        self._values = [usable[number] for number in numbers]
        self._replaces_ascii = any(0x20 <= number < 0x7F for number in numbers)
        self._marks = extending()
        self._graphemes = (
            rf"\r\n|[{PREPENDED}]*[^{CONTROLS}][{self._marks}]*"
            rf"|[{CONTROLS}{PREPENDED}]"
        )
        self.keeps_white_space = " " not in replacements and (
            replacements.get("\n", " ") in ("", " ", "\n")
        )

    def __call__(self, texts: tf.Tensor) -> tf.Tensor:
        """Replaces characters.

        Args:
            texts: string [n], valid UTF-8.

        Returns:
            string [n].
        """
        parts = split(texts, _SPACED_WORD)
        different, places = tf.unique(parts.flat_values)
        replaced = self._replaced(different)
        return tf.strings.reduce_join(
            parts.with_values(tf.gather(replaced, places)), axis=1
        )

    def words(self, texts: tf.Tensor) -> tf.RaggedTensor:
        """Cuts texts at spaces, for `in_words`.

        Args:
            texts: string [n], valid UTF-8.

        Returns:
            string [n, (words)]; a word may be empty.
        """
        # A mark at the beginning of a text has no space to join.
        texts = tf.strings.regex_replace(texts, f"^[{self._marks}]", "\n\\0")
        return tf.strings.split(texts, " ")

    def in_words(self, words: tf.Tensor) -> tf.Tensor:
        """Replaces characters, if `keeps_white_space`.

        Args:
            words: string [n], as `words` cuts them.

        Returns:
            string [n]; white space at an end of a word has no meaning.
        """
        words = tf.strings.regex_replace(words, f"^[{self._marks}]", r" \0")
        return self._replaced(words)

    def _replaced(self, words: tf.Tensor) -> tf.Tensor:
        if self._replaces_ascii:
            return self._characters(words)
        others = tf.where(tf.logical_not(tf.strings.regex_full_match(words, _PLAIN)))
        replaced = self._characters(tf.gather_nd(words, others))
        return tf.tensor_scatter_nd_update(words, others, replaced)

    def _characters(self, words: tf.Tensor) -> tf.Tensor:
        graphemes = split(words, self._graphemes)
        points = tf.strings.unicode_decode(graphemes.flat_values, "UTF-8")
        starts = _starts(points)
        found, texts = self._found(
            tf.concat([*starts, tf.cast(points.flat_values, tf.int64)], 0)
        )
        own = tf.strings.unicode_encode(points.flat_values[:, tf.newaxis], "UTF-8")
        count = tf.size(graphemes.flat_values)
        alone = tf.where(
            found[_LONGEST_KEY * count :], texts[_LONGEST_KEY * count :], own
        )
        joined = tf.strings.reduce_join(points.with_values(alone), axis=1)
        short = tf.strings.length(graphemes.flat_values) <= _LONGEST_BYTES
        for place in reversed(range(_LONGEST_KEY)):
            rows = slice(place * count, (place + 1) * count)
            joined = tf.where(short & found[rows], texts[rows], joined)
        return tf.strings.reduce_join(graphemes.with_values(joined), axis=1)

    def _found(self, numbers: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        known = tf.constant(self._numbers)
        places = tf.minimum(tf.searchsorted(known, numbers), len(self._numbers) - 1)
        texts = tf.gather(tf.constant(self._values), places)
        return tf.gather(known, places) == numbers, texts


def _starts(points: tf.RaggedTensor) -> list[tf.Tensor]:
    """The keys of the first one, two and three characters of each grapheme."""
    first = tf.cast(points.to_tensor(shape=[None, _LONGEST_KEY]), tf.int64)
    scale = [1 << _BITS * place for place in range(_LONGEST_KEY)]
    shifted = first * tf.constant(scale, tf.int64)
    return tf.unstack(tf.cumsum(shifted, axis=1), axis=1)


def _number(key: str) -> int:
    return sum(ord(letter) << _BITS * place for place, letter in enumerate(key))
