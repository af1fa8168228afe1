"""Cuts large files between rows, so that several workers can read one file.

The cuts are exactly where a reader of the whole file is between two rows. So the rows,
their numbers and their faults do not depend on the cuts.
"""

from collections.abc import Callable, Collection
from typing import BinaryIO, NamedTuple

import numpy as np

from newsdesk.errors import DataError
from newsdesk.rows import delimited, parquet_files
from newsdesk.rows.encodings import NAMES, UTF_8, opened_text
from newsdesk.rows.layout import DELIMITERS, Layout, dialect_of, format_of
from newsdesk.rows.lines import line_of, read_lines
from newsdesk.rows.part import Part
from newsdesk.rows.quote_scan import Ends, line_ends, row_ends
from newsdesk.rows.records import Dialect, Records
from newsdesk.rows.streams import (
    check_file,
    faults_named,
    is_gzip,
    is_zstd,
    size_of,
)

SIZE = 4 * 2**20
# Blocks near rows that must be parsed are small, because their rest is read again.
_SMALL_BLOCK, _LARGE_BLOCK = 2**16, 2**22
# After a block with few plain rows, this many lines are parsed instead of one row.
_FEW, _MANY_LINES = 2**14, 500
# A longer row over several lines is read from the file.
_LARGE_ROW = 2**20
# What a part must not begin with; b"" stands for the end of a block.
_BLANK = (b"", b" ", b"\t", b"\n", b"\r", b"\v", b"\f")


class Cut(NamedTuple):
    """The result for one file.

    Attributes:
        parts: the parts in the order of the file; empty if one worker reads it.
        reason: why a large file has no parts, otherwise "".
    """

    parts: list[Part]
    reason: str = ""


def cut(
    file: str,
    layout: Layout,
    needed: Collection[str] | None = None,
    is_row: delimited.IsRow | None = None,
    size: int = SIZE,
) -> Cut:
    """Cuts a file into parts that `readers.read_rows` takes.

    Args:
        file: as in `readers.read_rows`.
        layout: as there.
        needed: as there; the same columns as when the parts are read.
        is_row: as there, and the same.
        size: how many bytes a part has at least, except the last one.

    Returns:
        The parts. A file that cannot be read has none, and reading it says why.
    """
    try:
        found = format_of(file, layout.format)
        if found == "parquet":
            return Cut(_by_groups(file, size))
        if found not in DELIMITERS and found != "jsonl":
            return Cut([])
        check_file(file)
        with faults_named(file):
            if size_of(file) <= size:
                return Cut([])
            reason = _indivisible(file, layout.encoding)
        if reason:
            return Cut([], reason)
        lines_before, search = 0, _every_line()
        if found in DELIMITERS:
            dialect = dialect_of(found, layout)
            names, lines_before = delimited.beginning(file, dialect, layout.columns)
            if dialect.quotes:
                search = _parsed(file, dialect, names, needed, is_row)
        with opened_text(file, UTF_8) as (stream, _):
            parts = _Parts(stream, size)
            parts.skip(lines_before)
            return Cut(parts.find(search))
    except DataError:
        return Cut([])


def _indivisible(file: str, encoding: str) -> str:
    """Returns why a text file cannot be cut, or ""."""
    if is_gzip(file):
        return "is packed with gzip"
    if is_zstd(file):
        return "is packed with Zstandard"
    with opened_text(file, encoding) as (_, found):
        return "" if found == UTF_8 else f"is {NAMES[found]}"


def _by_groups(file: str, size: int) -> list[Part]:
    parts: list[Part] = []
    begin = taken = 0
    first = next_ = 1
    sizes = parquet_files.group_sizes(file)
    for end, (rows, content) in enumerate(sizes, 1):
        taken += content
        next_ += rows
        if taken >= size or end == len(sizes):
            parts.append(Part(begin, end, first))
            begin, first, taken = end, next_, 0
    return parts if len(parts) > 1 else []


class _Search(NamedTuple):
    """Finds the ends of rows.

    Attributes:
        in_block: finds them in a block that begins with a row.
        lines: counts the lines of rows that must be parsed. It gets the offset and the
            number of the first line, and how many lines to parse at least.
    """

    in_block: Callable[[bytes], Ends]
    lines: Callable[[int, int, int], int]


def _every_line() -> _Search:
    return _Search(line_ends, lambda *_: 1)


def _parsed(
    file: str,
    dialect: Dialect,
    names: list[str],
    needed: Collection[str] | None,
    is_row: delimited.IsRow | None,
) -> _Search:
    def lines(offset: int, number: int, least: int) -> int:
        found = read_lines(file, None, UTF_8, Part(offset, 2**62, number))
        records = Records(found, dialect)
        delimited.expect(records, names, needed, is_row)
        count = 0
        for record in records:
            count = max(count, record.lines[-1].number + 1 - number)
            if count >= least and records.is_between:
                break
        return count

    def is_whole(row: bytes) -> bool:
        if len(row) > _LARGE_ROW:
            return False
        # splitlines would also cut at carriage returns.
        raw = [line + b"\n" for line in row.split(b"\n")[:-1]]
        lines = [line_of(number, one) for number, one in enumerate(raw, 1)]
        records = Records(iter(lines), dialect)
        delimited.expect(records, names, needed, is_row)
        return len(next(records).lines) == len(lines) and records.is_between

    return _Search(lambda block: row_ends(block, dialect.delimiter, is_whole), lines)


class _Parts:
    """Goes through a file from row to row, and collects its parts."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream = stream
        self._size = size
        self._offset = self._begin = stream.tell()
        self._line = self._first = 1
        self._found: list[Part] = []

    def skip(self, lines: int) -> None:
        """Goes on behind some lines."""
        self._stream.seek(self._offset)
        for _ in range(lines):
            while part := self._stream.readline(_LARGE_BLOCK):
                self._offset += len(part)
                if part.endswith(b"\n"):
                    break
        self._line += lines

    def find(self, search: _Search) -> list[Part]:
        """Finds all parts; [] if there is only one."""
        size = _LARGE_BLOCK
        while block := self._block(size):
            found = search.in_block(block)
            ends = np.concatenate([[0], found.offsets])
            lines = np.concatenate([[0], found.lines])
            self._cut(block, ends, lines)
            plain, is_clean = int(ends[-1]), found.is_clean
            self._offset += plain
            self._line += int(lines[-1])
            is_last = len(block) < size
            if is_clean and plain:
                size = min(2 * size, _LARGE_BLOCK)
            elif is_clean and is_last:
                break
            elif is_clean and size < _LARGE_BLOCK:
                size = _LARGE_BLOCK
            else:
                least = 1 if plain >= _FEW else _MANY_LINES
                self.skip(search.lines(self._offset, self._line, least))
                size = _SMALL_BLOCK
        if self._found:
            self._close(self._stream.seek(0, 2), self._line)
        return self._found

    def _block(self, size: int) -> bytes:
        self._stream.seek(self._offset)
        return self._stream.read(size)

    def _cut(self, block: bytes, rows: np.ndarray, lines: np.ndarray) -> None:
        """Ends parts in a block with rows that begin behind so many bytes and lines."""
        index = 0
        while True:
            wanted = self._begin + self._size - self._offset
            index = max(index, int(np.searchsorted(rows, wanted)))
            # A blank line must not begin a part: too many in sequence are an error.
            while index < len(rows) and block[rows[index] : rows[index] + 1] in _BLANK:
                index += 1
            if index >= len(rows):
                return
            self._close(self._offset + int(rows[index]), self._line + int(lines[index]))

    def _close(self, end: int, line: int) -> None:
        self._found.append(Part(self._begin, end, self._first))
        self._begin, self._first = end, line
