"""CSV and TSV: quoted cells as in RFC 4180, one bad row at a time."""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from components.text_example_gen.lines import MAX_LINE, Line, read_lines
from components.text_example_gen.rows import BadRow, Row, clip
from pipeline.errors import DataError

MAX_CELL = 1_000_000


class _Record(NamedTuple):
    """The lines of one record, and its cells or what is wrong with it."""

    lines: list[Line]
    cells: list[str]
    fault: str

    @property
    def number(self) -> int:
        return self.lines[0].number

    @property
    def content(self) -> str:
        return clip("".join(line.text for line in self.lines[:20]))


class _Lines:
    """Hands lines to csv.reader, and takes back those of a record gone wrong."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._again: deque[Line] = deque()
        self._size = 0
        self.taken: list[Line] = []
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            line = self._again.popleft() if self._again else next(self._lines)
        except StopIteration:
            self.ended = True
            raise
        self.taken.append(line)
        self._size += len(line.text)
        if self._size > MAX_LINE and len(self.taken) > 1:
            raise csv.Error("field limit")
        return line.text

    def begin(self) -> None:
        self.taken, self._size, self.ended = [], 0, False

    def keep_first(self) -> None:
        """Leaves the record its first line only; the others are read anew."""
        self._again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def read(
    file: str, delimiter: str, columns: Sequence[str] = ()
) -> Iterator[Row | BadRow]:
    """Reads a delimited file; blank lines are no rows.

    A row that the quotes make unreadable costs its first line: reading goes on with
    the next line, so that one lone quote does not swallow the rest of the file.

    Args:
        file: a local path, plain or gzip.
        delimiter: one character.
        columns: the names of the columns; empty if the first row holds them.

    Yields:
        Rows in the order of the file.

    Raises:
        DataError: the file cannot be read, or its header cannot be used.
    """
    records = _records(read_lines(file), delimiter)
    names = list(columns) or _header(file, next(records, None))
    for record in records:
        fault = record.fault or _miscounted(record, len(names))
        if fault:
            yield BadRow(file, record.number, fault, record.content)
        else:
            values = dict(zip(names, record.cells, strict=True))
            yield Row(file, record.number, values)


def header(file: str, delimiter: str) -> list[str]:
    """Reads the names of the columns from the first row.

    Args:
        file: a local path, plain or gzip.
        delimiter: one character.

    Returns:
        The names in the order of the file.

    Raises:
        DataError: the file cannot be read, or its header cannot be used.
    """
    return _header(file, next(_records(read_lines(file), delimiter), None))


def _records(lines: Iterator[Line], delimiter: str) -> Iterator[_Record]:
    csv.field_size_limit(MAX_CELL)
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        source.begin()
        try:
            cells = next(reader)
            fault = _damage(source.taken)
        except StopIteration:
            return
        except csv.Error as error:
            cells = []
            fault = _explained(error, source)
            source.keep_first()
            fault = _damage(source.taken) or fault
            reader = csv.reader(source, delimiter=delimiter, strict=True)
        if cells or fault:
            yield _Record(source.taken, cells, fault)


def _header(file: str, record: _Record | None) -> list[str]:
    if record is None:
        raise DataError(f"{file}: holds blank lines only; remove it or fill it")
    if record.fault:
        raise DataError(
            f"{file}:{record.number}: the header {record.fault}; "
            "is this UTF-8 text of the given data.format?"
        )
    names = [cell.strip() for cell in record.cells]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise DataError(
            f"{file}:{record.number}: the header names {twice[0]!r} twice; "
            "rename one of the columns, or set data.columns if there is no header"
        )
    return names


def _damage(lines: list[Line]) -> str:
    for line in lines:
        if line.fault:
            where = "" if line is lines[0] else f"line {line.number} "
            return where + line.fault
    return ""


def _miscounted(record: _Record, wanted: int) -> str:
    if len(record.cells) == wanted:
        return ""
    fault = f"has {len(record.cells)} cells where {wanted} are expected"
    if len(record.lines) > 1:
        fault += f"; it goes on to line {record.lines[-1].number}, check its quotes"
    return fault


def _explained(error: csv.Error, source: _Lines) -> str:
    """Says in our words what csv means, which differs between its versions."""
    number = source.taken[0].number
    if source.ended:
        return f"a quote opened in the row of line {number} is never closed"
    if "limit" in str(error):
        return (
            f"a cell is longer than {MAX_CELL:,} characters, "
            f"or a quote opened in the row of line {number} is not closed"
        )
    if "new-line" in str(error):
        return "a carriage return stands outside quotes"
    return (
        f"a quote closes inside a cell, on line {source.taken[-1].number}; "
        'write a quote in a quoted cell as ""'
    )
