"""Files as streams of bytes, plain or gzip, and their physical lines."""

import gzip
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple, cast

from pipeline.errors import DataError

MAX_LINE = 16 * 2**20
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")


class Line(NamedTuple):
    """One physical line.

    Attributes:
        number: counted from 1.
        text: with its line end; bytes that are not UTF-8 are surrogate escapes.
        fault: why the line cannot be used, or "".
    """

    number: int
    text: str
    fault: str


def check_file(file: str) -> None:
    """Refuses what cannot be read from its beginning to its end.

    Args:
        file: a local path.

    Raises:
        DataError: there is no such file, or it is a folder, a pipe or empty.
    """
    try:
        found = os.stat(file)
    except OSError as error:
        raise DataError(
            f"{file}: cannot be read: {error.strerror}; check data.path"
        ) from None
    if stat.S_ISDIR(found.st_mode):
        raise DataError(f"{file}: is a folder, not a file; name the files in it")
    if not stat.S_ISREG(found.st_mode):
        raise DataError(
            f"{file}: is a pipe or a device; write its content to a file first"
        )
    if found.st_size == 0:
        raise DataError(f"{file}: is empty; remove it or fill it")


@contextmanager
def faults_named(file: str) -> Iterator[None]:
    """Turns what the system says while a file is read into one sentence.

    Args:
        file: the path to name.

    Raises:
        DataError: the file cannot be read, or its gzip stream is broken.
    """
    try:
        yield
    except EOFError:
        raise DataError(
            f"{file}: the gzip stream ends early; the file was cut, fetch it again"
        ) from None
    except (zlib.error, gzip.BadGzipFile) as error:
        raise DataError(
            f"{file}: the gzip stream is damaged ({error}); fetch it again"
        ) from None
    except OSError as error:
        reason = error.strerror or error
        raise DataError(
            f"{file}: cannot be read: {reason}; check the file and its permissions"
        ) from None


def is_gzip(file: str) -> bool:
    """Tells a gzip file by its first bytes, whatever its name.

    Args:
        file: a local path.

    Returns:
        Whether the file starts as gzip does.
    """
    with open(file, "rb") as stream:
        return stream.read(2) == _GZIP


@contextmanager
def opened(file: str) -> Iterator[BinaryIO]:
    """Opens a file for reading and unpacks it if it is gzip.

    Args:
        file: a local path.

    Yields:
        A buffered stream of the unpacked bytes.

    Raises:
        DataError: the file cannot be read; also while the stream is read.
    """
    check_file(file)
    with faults_named(file):
        opener = gzip.open if is_gzip(file) else open
        with cast(BinaryIO, opener(file, "rb")) as stream:
            yield stream


def read_lines(file: str) -> Iterator[Line]:
    """Reads a UTF-8 text file line by line; only LF and CR LF end a line.

    Args:
        file: a local path, plain or gzip.

    Yields:
        Every line, the bad ones marked.

    Raises:
        DataError: the file as a whole is no such text, or cannot be read.
    """
    with opened(file) as stream:
        number = 0
        while raw := stream.readline(MAX_LINE + 1):
            number += 1
            if number == 1:
                raw = _first(file, raw)
            yield _line(number, raw, stream)
        if number == 0:
            raise DataError(f"{file}: is empty; remove it or fill it")


def _first(file: str, raw: bytes) -> bytes:
    if raw.startswith(_WIDE_BOMS):
        raise DataError(f"{file}: is UTF-16 or UTF-32; convert it to UTF-8")
    raw = raw.removeprefix(_BOM)
    if b"\n" not in raw and b"\r" in raw.rstrip(b"\r"):
        raise DataError(
            f"{file}: its lines end with a carriage return alone; "
            "convert them to line feeds"
        )
    return raw


def _line(number: int, raw: bytes, stream: BinaryIO) -> Line:
    if len(raw) > MAX_LINE:
        rest = raw
        while rest and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_LINE)
        head = raw[:2000].decode("utf-8", "surrogateescape").replace('"', "'")
        return Line(number, head, f"is longer than {MAX_LINE >> 20} MiB")
    try:
        text = raw.decode("utf-8")
        fault = ""
    except UnicodeDecodeError as error:
        text = raw.decode("utf-8", "surrogateescape")
        fault = f"is not valid UTF-8 at byte {error.start + 1}"
    if "\0" in text:
        text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
        fault = fault or "holds a NUL character"
    return Line(number, text, fault)
