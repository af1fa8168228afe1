"""Statistics of a column, which show whether it may be the label or text."""

from collections import Counter
from dataclasses import dataclass, field

# A column with more distinct values is not a label; counting stops to save memory.
MAX_LABELS = 1000
# In characters; longer values are text.
_LONG_LABEL = 40
# A class with fewer rows can hardly be trained and tested, so more values than this are
# free text, such as subjects. Small files may have a few labels with two rows each.
_ROWS_OF_LABEL = 5
_FEW_LABELS = 10
# Mean number of words in a cell.
_WORDS_OF_TEXT = 3


@dataclass
class Column:
    """Statistics of the cells of one column.

    Attributes:
        filled: number of cells that are not empty.
        words: number of words in all cells.
        longest: length of the longest cell in characters.
        values: how often each value occurs; None above MAX_LABELS distinct values.
        example: the first cell that is not empty.
    """

    filled: int = 0
    words: int = 0
    longest: int = 0
    values: Counter[str] | None = field(default_factory=Counter)
    example: str = ""

    def add(self, cell: str) -> None:
        """Adds one cell to the statistics.

        Args:
            cell: its text.
        """
        cell = cell.strip()
        if not cell:
            return
        self.filled += 1
        self.example = self.example or cell
        self.words += len(cell.split())
        self.longest = max(self.longest, len(cell))
        if self.values is not None:
            self.values[cell] += 1
            if len(self.values) > MAX_LABELS:
                self.values = None

    @property
    def may_be_label(self) -> bool:
        """Whether the values are few, short, and used several times on average."""
        return (
            self.values is not None
            and 2 <= len(self.values) <= self._most_labels
            and self.longest <= _LONG_LABEL
        )

    @property
    def _most_labels(self) -> float:
        few = min(self.filled / 2, _FEW_LABELS)
        return max(self.filled / _ROWS_OF_LABEL, few)

    @property
    def has_words(self) -> bool:
        """Whether cells have several words on average."""
        return self.filled > 0 and self.words >= _WORDS_OF_TEXT * self.filled

    @property
    def may_be_text(self) -> bool:
        """Whether cells have several words, and more values than a label."""
        distinct = self.values is None or len(self.values) > self._most_labels
        return distinct and self.has_words
