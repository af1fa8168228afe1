"""Reads the physical lines of a file, and marks bad lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from newsdesk.errors import DataError
from newsdesk.rows.commands import ending, piped
from newsdesk.rows.encodings import NAMES, UTF_8, opened_text
from newsdesk.rows.part import Part

MAX_LINE = 16 * 2**20
# A file beyond these limits is not a table of texts, and reading it would take long.
MAX_SKIPPED = 2**30
_MAX_BLANK = 100_000
_NUL = "\udc00"
_DAMAGE = re.compile("[\udc00\udc80-\udcff]")


class Line(NamedTuple):
    """One physical line.

    Attributes:
        number: the number of the line, from 1.
        text: the text with its line end; damaged bytes, and NUL characters,
            are lone surrogates, which `is_damaged` finds.
        fault: what is wrong with the line, or "".
        is_cut: whether the line is too long, so that the text is only its beginning.
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
    """Counts the physical lines of a file, and those that are not part of a row.

    Attributes:
        read: the number of lines; 0 if the format has no lines.
        header: the number of lines of the header.
        blank: the number of blank lines between rows.
    """

    read: int = 0
    header: int = 0
    blank: int = 0

    def check(self, file: str, in_rows: int) -> None:
        """Checks that every line was used exactly once.

        Args:
            file: the path for the message.
            in_rows: how many lines its rows have, including bad rows.

        Raises:
            DataError: lines were lost, or used twice.
        """
        if self.read and self.read != self.header + self.blank + in_rows:
            raise DataError(
                f"{file}: has {self.read:,} lines, but the reader counted "
                f"{self.header:,} in the header, {self.blank:,} blank lines and "
                f"{in_rows:,} in rows; convert the file to Parquet, and report this as "
                "an error of Newsdesk"
            )


def is_damaged(cell: str) -> bool:
    """Returns whether a cell is damaged.

    Args:
        cell: a part of the text of a line.

    Returns:
        Whether it contains damaged bytes, or a NUL character.
    """
    return not cell.isascii() and _DAMAGE.search(cell) is not None


def read_lines(
    file: str,
    count: LineCount | None = None,
    encoding: str = "auto",
    part: Part | None = None,
) -> Iterator[Line]:
    """Reads a text file line by line; only LF and CR LF end a line.

    Args:
        file: a local path, plain, gzip or Zstandard.
        count: gets the number of lines after the last line.
        encoding: a value of `data.encoding`.
        part: which lines to read; None for all. Only a plain file in UTF-8 has parts.

    Yields:
        Every line; bad lines have a fault.

    Raises:
        DataError: the file as a whole is not text in this encoding, or cannot be read.
    """
    with opened_text(file, encoding) as (stream, found):
        before = number = part.first - 1 if part else 0
        left = part.end - stream.seek(part.begin) if part else 1
        blank = 0
        while left > 0 and (raw := stream.readline(MAX_LINE + 1)):
            number += 1
            if part:
                left -= len(raw)
            if number == 1:
                raw = _first(file, raw)
            blank = blank + 1 if raw.isspace() else 0
            if blank > _MAX_BLANK:
                raise DataError(
                    f"{file}:{number}: more than {_MAX_BLANK:,} blank lines follow "
                    "each other; remove them"
                )
            line, skipped = _line(file, number, raw, stream, found)
            if part:
                left -= skipped
            yield line
        if number == 0:
            raise DataError(f"{file}: is empty; remove it or fill it")
        if count:
            count.read = number - before


def _first(file: str, raw: bytes) -> bytes:
    if b"\n" not in raw and b"\r" in raw.rstrip(b"\r"):
        command = piped(file, r"tr '\r' '\n'", ending(file))
        raise DataError(
            f"{file}: its lines end with a carriage return only; "
            f"convert them to line feeds: {command}"
        )
    return raw


def _line(
    file: str, number: int, raw: bytes, stream: BinaryIO, encoding: str
) -> tuple[Line, int]:
    """Returns a line, and how many bytes behind the given ones were skipped."""
    if len(raw) > MAX_LINE:
        skipped = _skip(file, number, raw, stream)
        head = raw[:2000].decode("utf-8", "surrogateescape")
        # A quote in the cut line must not open a cell that takes in the next lines.
        head = head.replace("\0", _NUL).replace('"', "'")
        fault = f"is longer than {MAX_LINE >> 20} MiB"
        return Line(number, head, fault, is_cut=True), skipped
    return line_of(number, raw, encoding), 0


def line_of(number: int, raw: bytes, encoding: str = UTF_8) -> Line:
    """Makes a line from its bytes.

    Args:
        number: the number of the line.
        raw: the line in UTF-8, at most MAX_LINE bytes.
        encoding: the encoding of its file.

    Returns:
        The line, with its fault.
    """
    try:
        text = raw.decode("utf-8")
        fault = ""
    except UnicodeDecodeError as error:
        text = raw.decode("utf-8", "surrogateescape")
        fault = f"is not valid UTF-8 at byte {error.start + 1}"
        if encoding != UTF_8:
            # The stream was converted, so its bytes are not those of the file.
            place = len(raw[: error.start].decode("utf-8")) + 1
            fault = f"is not valid {NAMES[encoding]} at character {place}"
    if "\0" in text:
        text = text.replace("\0", _NUL)
        fault = fault or "contains a NUL character"
    return Line(number, text, fault)


def _skip(file: str, number: int, rest: bytes, stream: BinaryIO) -> int:
    """Reads to the end of a line; returns how many bytes it read."""
    already = size = len(rest)
    while rest and not rest.endswith(b"\n"):
        rest = stream.readline(MAX_LINE)
        size += len(rest)
        if size > MAX_SKIPPED:
            raise DataError(
                f"{file}:{number}: the line is longer than {MAX_SKIPPED >> 30} GiB; "
                "check that this is a text file"
            )
    return size - already
