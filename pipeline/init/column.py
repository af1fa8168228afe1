"""What the cells of one column look like."""

from collections import Counter
from dataclasses import dataclass, field

MAX_LABELS = 1000
_LONG_LABEL = 40
_WORDS_OF_TEXT = 3


@dataclass
class Column:
    """What the cells of one column look like.

    Attributes:
        filled: how many cells hold something.
        words: how many words they hold together.
        longest: the length of the longest cell in characters.
        values: how often each value occurs; None above MAX_LABELS distinct ones.
    """

    filled: int = 0
    words: int = 0
    longest: int = 0
    values: Counter[str] | None = field(default_factory=Counter)

    def add(self, cell: str) -> None:
        """Counts one cell.

        Args:
            cell: its text.
        """
        cell = cell.strip()
        if not cell:
            return
        self.filled += 1
        self.words += len(cell.split())
        self.longest = max(self.longest, len(cell))
        if self.values is not None:
            self.values[cell] += 1
            if len(self.values) > MAX_LABELS:
                self.values = None

    @property
    def may_be_label(self) -> bool:
        """Few distinct values, short, each used more than once on average."""
        return (
            self.values is not None
            and 2 <= len(self.values) <= self.filled / 2
            and self.longest <= _LONG_LABEL
        )

    @property
    def may_be_text(self) -> bool:
        """Several words a cell, mostly distinct."""
        distinct = self.values is None or len(self.values) > self.filled / 2
        return distinct and self.words >= _WORDS_OF_TEXT * max(self.filled, 1)
