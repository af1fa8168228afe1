"""The physical lines of a file, the bad ones marked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from newsdesk.errors import DataError
from newsdesk.rows.commands import encoded, ending, piped
from newsdesk.rows.streams import opened

MAX_LINE = 16 * 2**20
# Longer lines are not text, and more blank lines are not a table: reading takes time.
MAX_SKIPPED = 2**30
_MAX_BLANK = 100_000
_NUL = "\udc00"
_DAMAGE = re.compile("[\udc00\udc80-\udcff]")
_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = {
    # That of UTF-32 begins with that of UTF-16.
    b"\xff\xfe\0\0": "UTF-32",
    b"\0\0\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


class Line(NamedTuple):
    """One physical line.

    Attributes:
        number: counted from 1.
        text: with its line end; bytes that are not UTF-8, and NUL characters, are
            lone surrogates, which `is_damaged` finds.
        fault: what is wrong with the line, or "".
        is_cut: whether the text is only the beginning of a line that is too long.
    """

    number: int
    text: str
    fault: str
    is_cut: bool = False

    @property
    def shown(self) -> str:
        """The text without NUL characters."""
        return self.text.replace(_NUL, "\N{REPLACEMENT CHARACTER}")


@dataclass
class LineCount:
    """How many physical lines a file has, and how many of them belong to no row.

    Attributes:
        read: all lines; 0 where the format has none.
        header: lines of the header.
        blank: lines without content between rows.
    """

    read: int = 0
    header: int = 0
    blank: int = 0

    def check(self, file: str, in_rows: int) -> None:
        """Compares the lines of a file with what was made of them.

        Args:
            file: the path to name.
            in_rows: how many lines its rows have together, the bad rows too.

        Raises:
            DataError: lines were lost, or used twice.
        """
        if self.read and self.read != self.header + self.blank + in_rows:
            raise DataError(
                f"{file}: has {self.read:,} lines, but {self.header:,} of the header, "
                f"{self.blank:,} blank lines and {in_rows:,} of rows were counted; "
                "convert the file to Parquet, and report this as an error of Newsdesk"
            )


def is_damaged(cell: str) -> bool:
    """Finds out whether a fault of a line lies in one of its cells.

    Args:
        cell: a part of the text of a line.

    Returns:
        Whether it holds bytes that are not UTF-8, or a NUL character.
    """
    return not cell.isascii() and _DAMAGE.search(cell) is not None


def read_lines(file: str, count: LineCount | None = None) -> Iterator[Line]:
    """Reads a UTF-8 text file line by line; only LF and CR LF end a line.

    Args:
        file: a local path, plain or gzip.
        count: gets the number of lines once all are read.

    Yields:
        Every line, the bad ones marked.

    Raises:
        DataError: the file as a whole is no such text, or cannot be read.
    """
    with opened(file) as stream:
        number = blank = 0
        while raw := stream.readline(MAX_LINE + 1):
            number += 1
            if number == 1:
                raw = _first(file, raw)
            blank = blank + 1 if raw.isspace() else 0
            if blank > _MAX_BLANK:
                raise DataError(
                    f"{file}:{number}: more than {_MAX_BLANK:,} blank lines follow "
                    "each other; remove them"
                )
            yield _line(file, number, raw, stream)
        if number == 0:
            raise DataError(f"{file}: is empty; remove it or fill it")
        if count:
            count.read = number


def _first(file: str, raw: bytes) -> bytes:
    for bom, encoding in _WIDE_BOMS.items():
        if raw.startswith(bom):
            raise DataError(
                f"{file}: is {encoding}; convert it to UTF-8: {encoded(file, encoding)}"
            )
    raw = raw.removeprefix(_BOM)
    if b"\n" not in raw and b"\r" in raw.rstrip(b"\r"):
        command = piped(file, r"tr '\r' '\n'", ending(file))
        raise DataError(
            f"{file}: its lines end with a carriage return alone; "
            f"convert them to line feeds: {command}"
        )
    return raw


def _line(file: str, number: int, raw: bytes, stream: BinaryIO) -> Line:
    if len(raw) > MAX_LINE:
        _skip(file, number, raw, stream)
        head = raw[:2000].decode("utf-8", "surrogateescape")
        head = head.replace("\0", _NUL).replace('"', "'")
        return Line(number, head, f"is longer than {MAX_LINE >> 20} MiB", is_cut=True)
    try:
        text = raw.decode("utf-8")
        fault = ""
    except UnicodeDecodeError as error:
        text = raw.decode("utf-8", "surrogateescape")
        fault = f"is not valid UTF-8 at byte {error.start + 1}"
    if "\0" in text:
        text = text.replace("\0", _NUL)
        fault = fault or "holds a NUL character"
    return Line(number, text, fault)


def _skip(file: str, number: int, rest: bytes, stream: BinaryIO) -> None:
    """Reads to the end of a line."""
    size = len(rest)
    while rest and not rest.endswith(b"\n"):
        rest = stream.readline(MAX_LINE)
        size += len(rest)
        if size > MAX_SKIPPED:
            raise DataError(
                f"{file}:{number}: the line is longer than {MAX_SKIPPED >> 30} GiB; "
                "is this a text file?"
            )
