"""Opens files as streams of bytes, and unpacks gzip and Zstandard."""

import gzip
import io
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from newsdesk.errors import DataError

# Text shrinks to a tenth, rarely to a hundredth. gzip can reach a thousandth.
_MAX_RATIO = 250
_ALWAYS_UNPACKED = 64 * 2**20
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"


def check_file(file: str) -> None:
    """Refuses everything but a file with content.

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
    """Turns system errors while a file is read into one sentence.

    Args:
        file: the path for the message.

    Raises:
        DataError: the file cannot be read, or its gzip stream is damaged.
    """
    try:
        yield
    except EOFError:
        raise DataError(
            f"{file}: the gzip stream ends early, so the file is incomplete; fetch it "
            "again"
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
    """Recognizes a gzip file by its first bytes, not by its name.

    Args:
        file: a local path.

    Returns:
        Whether the file starts with the mark of gzip.
    """
    with open(file, "rb") as stream:
        return stream.read(2) == _GZIP


def is_zstd(file: str) -> bool:
    """Recognizes a file that is packed with Zstandard by its first bytes.

    Args:
        file: a local path.

    Returns:
        Whether the file starts with the mark of a Zstandard frame.
    """
    with open(file, "rb") as stream:
        return stream.read(4) == _ZSTD


def size_of(file: str) -> int:
    """Measures a file.

    Args:
        file: a local path.

    Returns:
        Its size in bytes, as it is stored.
    """
    with open(file, "rb") as stream:
        return stream.seek(0, os.SEEK_END)


@contextmanager
def opened(file: str) -> Iterator[BinaryIO]:
    """Opens a file for reading, and unpacks it if it is gzip or Zstandard.

    Args:
        file: a local path.

    Yields:
        A buffered stream of the unpacked bytes.

    Raises:
        DataError: the file cannot be read, or unpacks to far more than text does. The
            error can also come while the stream is read.
    """
    check_file(file)
    with faults_named(file):
        if is_gzip(file):
            with gzip.open(file, "rb") as packed:
                yield io.BufferedReader(_Unpacked(file, cast(BinaryIO, packed)), 2**17)
        elif is_zstd(file):
            with _opened_zstd(file) as packed:
                yield io.BufferedReader(_UnpackedZstd(file, packed), 2**17)
        else:
            with open(file, "rb") as stream:
                yield stream


@contextmanager
def _opened_zstd(file: str) -> Iterator[Any]:
    # A file that ends within a frame is an error of pyarrow. The package zstandard, and
    # its reader of streams, take it for a whole file.
    import pyarrow

    # Pass a stream, because pyarrow cannot open a path that is not UTF-8.
    with open(file, "rb") as stream:
        with pyarrow.CompressedInputStream(stream, "zstd") as packed:
            yield packed


class _Unpacked(io.RawIOBase):
    """The content of a packed file, up to a limit."""

    def __init__(self, file: str, packed: Any) -> None:
        self._file = file
        self._packed = packed
        self._left = max(_ALWAYS_UNPACKED, _MAX_RATIO * os.path.getsize(file))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count: int = self._packed.readinto(buffer)
        self._left -= count
        if self._left < 0:
            raise DataError(
                f"{self._file}: unpacks to more than {_MAX_RATIO} times its size, but "
                "texts never do this; check its content, or unpack it first"
            )
        return count


class _UnpackedZstd(_Unpacked):
    """The content of a Zstandard file, up to a limit."""

    def readinto(self, buffer: Any) -> int:
        try:
            return super().readinto(buffer)
        except OSError as error:
            # Errors of the system have a number, errors of the library have none.
            if error.errno is not None:
                raise
            raise DataError(self._explain(str(error))) from None

    def _explain(self, reason: str) -> str:
        if reason.startswith("Truncated"):
            what = "ends early, so the file is incomplete"
        elif "too much memory" in reason:
            return (
                f"{self._file}: needs more than 128 MiB to unpack; pack it again "
                "without zstd's option --long"
            )
        else:
            what = f"is damaged ({reason})"
        return f"{self._file}: the zstd stream {what}; fetch it again"
