"""What csv.reader takes lines from, and what it means when it refuses them."""

import csv
from collections.abc import Iterator

from newsdesk.rows.lines import MAX_LINE, Line

MAX_CELL = 1_000_000
TOO_LONG = f"a cell is longer than {MAX_CELL:,} characters"


class CsvLines:
    """Hands lines to csv.reader, and remembers those of the record at hand.

    Attributes:
        taken: the lines of the record.
        ended: whether csv.reader asked for more lines than there are.
    """

    def __init__(self, lines: Iterator[Line]) -> None:
        """Takes no line yet.

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
        if self._size > MAX_LINE and len(self.taken) > 1:
            raise csv.Error("field limit")
        return line.text

    def begin(self) -> None:
        """Forgets the lines of the last record."""
        self.taken, self._size, self.ended = [], 0, False

    def put_back(self, line: Line) -> None:
        """Takes a line back, to hand it out again.

        Args:
            line: the last one of the record.
        """
        self._again.append(line)


def explained(error: csv.Error, source: CsvLines) -> str:
    """Says in our words what csv means, which differs between its versions.

    Args:
        error: from csv.reader.
        source: the lines of the record that it refused.

    Returns:
        What is wrong with the record.
    """
    number = source.taken[0].number
    if source.ended:
        return f"a quote opened in the row of line {number} is never closed"
    if "limit" in str(error):
        return (
            f"{TOO_LONG}, or a quote opened in the row of line {number} is not closed"
        )
    if "new-line" in str(error):
        return "a carriage return stands outside quotes"
    return (
        f"a quote closes inside a cell, on line {source.taken[-1].number}; "
        'write a quote in a quoted cell as ""'
    )
