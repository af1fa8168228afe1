"""How long texts are, and how many of them a model sees only in part."""

import math
from collections import Counter

# Lengths up to this are exact. Longer ones are rounded up by less than 1%, so that
# memory does not grow with the number of rows.
_EXACT = 256
COVERED = 0.95


class Lengths:
    """Counts texts by their number of tokens."""

    def __init__(self) -> None:
        """Starts without texts."""
        self._texts: Counter[int] = Counter()

    def add(self, tokens: int) -> None:
        """Adds a text.

        Args:
            tokens: its number of tokens, before it is cut.
        """
        step = 1 << max(tokens.bit_length() - _EXACT.bit_length() + 1, 0)
        self._texts[-(-tokens // step) * step] += 1

    def merge(self, other: "Lengths") -> None:
        """Adds the texts of another object.

        Args:
            other: the other object; it is not changed.
        """
        self._texts.update(other._texts)

    def counts(self, ends: int = 0) -> dict[int, int]:
        """Returns how many texts have each length.

        Args:
            ends: special tokens around each text, which count as its length.

        Returns:
            Texts by number of tokens, sorted; at most about 2,000 different numbers.
        """
        return {tokens + ends: texts for tokens, texts in sorted(self._texts.items())}

    def covering(self) -> int:
        """Finds a length that is enough for most texts.

        Returns:
            The smallest number of tokens that 95% of the texts do not exceed; 0
            without texts.
        """
        needed = math.ceil(COVERED * sum(self._texts.values()))
        seen = 0
        for tokens, texts in sorted(self._texts.items()):
            seen += texts
            if seen >= needed:
                return tokens
        return 0
