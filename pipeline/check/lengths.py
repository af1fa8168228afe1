"""Counts the tokens of texts without TensorFlow: exactly for words, else about."""

import unicodedata
from collections import Counter

from newsdesk.config.text import Text

# Punctuation, spaces and control characters end a word.
_ENDS = "PZC"
# English texts have about 4 characters for each word piece; other languages have less.
CHARACTERS = 4


class _Spaced(dict[int, str]):
    """Maps characters that end a word to a space; looks up each character once."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        ends = unicodedata.category(character)[0] in _ENDS
        self[code] = " " if ends else character
        return self[code]


class Lengths:
    """The lengths of texts.

    Args:
        text: the text section.
    """

    def __init__(self, text: Text) -> None:
        self._are_words = text.tokenizer == "words"
        self._spaced = _Spaced()
        # A pretrained tokenizer puts a token before each text and one behind it.
        self._ends = 0 if self._are_words else 2
        self._limit = text.max_length
        self._counts: Counter[int] = Counter()

    def add(self, text: str) -> int:
        """Counts the tokens of a text.

        Args:
            text: the joined text of a row.

        Returns:
            The number of words, or an estimate of the number of word pieces.
        """
        if self._are_words:
            count = len(text.translate(self._spaced).split())
        else:
            count = -(-len(text) // CHARACTERS)
        self._counts[count] += 1
        return count

    def is_cut(self, tokens: int) -> bool:
        """Decides whether a text is longer than text.max_length.

        Args:
            tokens: the number of its tokens.
        """
        return tokens + self._ends > self._limit

    @property
    def longest(self) -> int:
        """The number of tokens of the longest text."""
        return max(self._counts, default=0)

    @property
    def mean(self) -> float:
        """The mean number of tokens."""
        total = sum(length * rows for length, rows in self._counts.items())
        return total / max(self._counts.total(), 1)

    @property
    def cut_share(self) -> float:
        """The share of texts that are longer than text.max_length."""
        cut = sum(rows for length, rows in self._counts.items() if self.is_cut(length))
        return cut / max(self._counts.total(), 1)

    def enough(self, share: float = 0.95) -> int:
        """Finds a length that is enough for most texts.

        Args:
            share: the share of texts that must not be longer.

        Returns:
            A value for text.max_length.
        """
        rest = share * self._counts.total()
        for length in sorted(self._counts):
            rest -= self._counts[length]
            if rest <= 0:
                return length + self._ends
        return self.longest + self._ends
