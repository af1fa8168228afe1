"""Feeds lines to csv.reader, and explains its errors."""

import csv
from collections.abc import Iterator

from newsdesk.rows.lines import MAX_LINE, Line

MAX_CELL = 1_000_000
TOO_LONG = f"a cell is longer than {MAX_CELL:,} characters"


class CsvLines:
    """Passes lines to csv.reader, and remembers the lines of the current record.

    Attributes:
        taken: the lines of the current record.
        ended: whether csv.reader asked for a line after the last one.
    """

    def __init__(self, lines: Iterator[Line]) -> None:
        """Prepares reading.

        Args:
            lines: the lines of the file.
        """
        self._lines = lines
        self._again: list[Line] = []
        self._size = 0
        self.taken: list[Line] = []
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        """Returns itself."""
        return self

    def __next__(self) -> str:
        """Reads the text of the next line."""
        try:
            line = self._again.pop() if self._again else next(self._lines)
        except StopIteration:
            self.ended = True
            raise
        self.taken.append(line)
        self._size += len(line.text)
        # A quote that is never closed must not collect the whole file in memory.
        if self._size > MAX_LINE and len(self.taken) > 1:
            raise csv.Error("field limit")
        return line.text

    @property
    def is_between(self) -> bool:
        """Whether no line was put back."""
        return not self._again

    def begin(self) -> None:
        """Starts a new record."""
        self.taken, self._size, self.ended = [], 0, False

    def put_back(self, line: Line) -> None:
        """Takes a line back, so that it is passed on again.

        Args:
            line: the last line of the record.
        """
        self._again.append(line)


def explained(error: csv.Error, source: CsvLines) -> str:
    """Explains an error of csv.reader, whose own messages differ between versions.

    Args:
        error: the error that csv.reader raised.
        source: the lines of the refused record.

    Returns:
        What is wrong with the record.
    """
    number = source.taken[0].number
    if source.ended:
        return f"a quote that opens in the row of line {number} is never closed"
    if "limit" in str(error):
        return (
            f"{TOO_LONG}, or a quote that opens in the row of line {number} is not "
            "closed"
        )
    if "new-line" in str(error):
        return "contains a carriage return outside of quotes"
    return (
        f"a quote closes inside a cell, on line {source.taken[-1].number}; "
        'write a quote in a quoted cell as ""'
    )
