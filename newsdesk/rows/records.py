"""Groups the lines of a delimited file into records.

A quote that is never closed must cost only one row. So the lines of a record are kept
until it is complete, and the lines of a bad record are read one by one.
"""

import csv
from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from newsdesk.rows.csv_lines import MAX_CELL, TOO_LONG, CsvLines, explained
from newsdesk.rows.lines import Line

_LINE_ENDS = "\r\n"


class Dialect(NamedTuple):
    """How a delimited file is written.

    Attributes:
        delimiter: one character.
        quotes: whether quotes enclose cells as in RFC 4180. If not, a quote is an
            ordinary character.
        encoding: a value of `data.encoding`.
    """

    delimiter: str
    quotes: bool
    encoding: str = "auto"


class Record(NamedTuple):
    """The lines of one record, with its cells or what is wrong with it.

    Attributes:
        lines: one or more lines.
        cells: empty for a blank line, and for a record with a fault.
        fault: why the record has no cells, or "".
    """

    lines: list[Line]
    cells: list[str]
    fault: str


class Records:
    """Iterates over the records of a file, including blank lines."""

    def __init__(self, lines: Iterator[Line], dialect: Dialect) -> None:
        """Prepares reading.

        Args:
            lines: the lines of the file.
            dialect: how it is written.
        """
        self._dialect = dialect
        self._lines = lines
        self._source = CsvLines(lines)
        self._reader = self._new_reader()
        self._alone: deque[Line] = deque()
        self._width = 0
        self._is_row: Callable[[list[str]], bool] | None = None

    def expect(self, width: int, is_row: Callable[[list[str]], bool] | None) -> None:
        """Describes a good row, so that paired lone quotes can be recognized.

        Args:
            width: how many cells a row has.
            is_row: whether these cells are a good row. If None, the reader does not
                look for paired lone quotes.
        """
        self._width, self._is_row = width, is_row

    @property
    def is_between(self) -> bool:
        """Whether no line that was already taken will be read again."""
        return not self._alone and self._source.is_between

    def __iter__(self) -> Iterator[Record]:
        """Returns itself."""
        return self

    def __next__(self) -> Record:
        """Reads the next record."""
        if not self._dialect.quotes:
            return self._literal(next(self._lines))
        if self._alone:
            return self._single(self._alone.popleft())
        return self._quoted()

    def _new_reader(self) -> Iterator[list[str]]:
        csv.field_size_limit(MAX_CELL)
        delimiter = self._dialect.delimiter
        return csv.reader(self._source, delimiter=delimiter, strict=True)

    def _quoted(self) -> Record:
        self._source.begin()
        try:
            cells = next(self._reader)
        except csv.Error as error:
            return self._cut_up(explained(error, self._source))
        lines = self._source.taken
        if len(lines) > 1 and self._has_lone_quotes(lines, cells):
            return self._cut_up(self._paired(lines, cells))
        return Record(lines, cells, "")

    def _literal(self, line: Line) -> Record:
        content = line.text.rstrip(_LINE_ENDS)
        cells = content.split(self._dialect.delimiter) if content else []
        fault = ""
        if "\r" in content:
            fault = "contains a carriage return inside a cell"
        elif len(content) > MAX_CELL and max(map(len, cells)) > MAX_CELL:
            fault = TOO_LONG
        return Record([line], [] if fault else cells, fault)

    def _single(self, line: Line) -> Record:
        source = CsvLines(iter([line]))
        delimiter = self._dialect.delimiter
        try:
            cells = next(csv.reader(source, delimiter=delimiter, strict=True))
        except csv.Error as error:
            return Record([line], [], explained(error, source))
        return Record([line], cells, "")

    def _cut_up(self, fault: str) -> Record:
        """Makes the first line of a record a bad row, and rereads the other lines."""
        first, *others = self._source.taken
        # Only the last line can begin a record of several lines: a quote that opens a
        # cell on an earlier line would have ended the record there. Reading the lines
        # between one by one keeps the time linear in the size of the file.
        if others:
            self._source.put_back(others.pop())
        self._alone.extend(others)
        self._reader = self._new_reader()
        return Record([first], [], fault)

    def _has_lone_quotes(self, lines: list[Line], cells: list[str]) -> bool:
        """Decides whether the quotes of a record have paired up by chance.

        The line on which a quoted cell opens or closes is often a row by itself. So one
        line is not counted, and more than half of the other lines must be rows. A
        record with the wrong number of cells is bad in any case, so a single row is
        enough to read its lines one by one.
        """
        if self._is_row is None:
            return False
        texts = [content for line in lines if (content := line.text.rstrip(_LINE_ENDS))]
        split = (text.split(self._dialect.delimiter) for text in texts)
        rows = sum(len(row) == self._width and self._is_row(row) for row in split)
        if len(cells) != self._width:
            return rows > 0
        return 2 * rows > len(texts) + 1

    def _paired(self, lines: list[Line], cells: list[str]) -> str:
        if len(cells) != self._width:
            return miscounted(lines, len(cells), self._width)
        return (
            f"a quote on line {lines[0].number} pairs up with one on line "
            f"{lines[-1].number}, but these lines are rows by themselves; write a "
            'quote in a cell as "", or set data.quoting = "none" (init: --quoting '
            "none) if quotes do not enclose cells"
        )


def miscounted(lines: list[Line], found: int, expected: int) -> str:
    """Explains that a record has too few or too many cells.

    Args:
        lines: the lines of the record.
        found: how many cells it has.
        expected: how many cells it should have.

    Returns:
        What is wrong with the record, or "".
    """
    if found == expected:
        return ""
    fault = f"has {found} cells, but {expected} are expected"
    if len(lines) > 1:
        fault += f"; it continues to line {lines[-1].number}, check its quotes"
    return fault
