"""Opens text files in any supported encoding as streams of UTF-8.

Only this module knows other encodings than UTF-8. A byte that an encoding does not have
becomes a byte that is not UTF-8, so the readers mark its row like any other damage.
"""

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, NamedTuple, cast

from newsdesk.errors import DataError
from newsdesk.rows.commands import encoded
from newsdesk.rows.streams import opened

HEAD = 2**20
UTF_8 = "utf-8"
UTF_16 = "utf-16"
WINDOWS_1252 = "windows-1252"
NAMES = {UTF_8: "UTF-8", UTF_16: "UTF-16", WINDOWS_1252: "Windows-1252"}
_MARKS = {
    # The mark of UTF-32 begins with the mark of UTF-16, so it comes first.
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
    codecs.BOM_UTF8: UTF_8,
}
_CHUNK = 2**16
_DAMAGE = "newsdesk-damage"
# Encoded with surrogateescape, it is a single byte, which is never valid in UTF-8.
codecs.register_error(_DAMAGE, lambda error: ("\udc80", cast(Any, error).end))


class Text(NamedTuple):
    """An open text file.

    Attributes:
        stream: a buffered stream of UTF-8 without a byte order mark.
        encoding: the encoding of the file: utf-8, utf-16 or windows-1252.
    """

    stream: BinaryIO
    encoding: str


@contextmanager
def opened_text(file: str, encoding: str = "auto") -> Iterator[Text]:
    """Opens a text file, and converts it to UTF-8 while it is read.

    Args:
        file: a local path, plain, gzip or Zstandard.
        encoding: a value of `data.encoding`. A byte order mark decides in any case,
            except that utf-8 refuses UTF-16.

    Yields:
        The stream, and the encoding that the file has.

    Raises:
        DataError: the file cannot be read, or does not have this encoding.
    """
    size = HEAD if encoding == UTF_16 else max(map(len, _MARKS))
    codec, mark = _codec(file, beginning_of(file, size), encoding)
    with opened(file) as stream:
        stream.read(len(mark))
        if codec == UTF_8:
            yield Text(stream, UTF_8)
        else:
            converted = io.BufferedReader(_Converted(stream, codec), _CHUNK)
            yield Text(converted, UTF_16 if codec.startswith(UTF_16) else codec)


def beginning_of(file: str, size: int = HEAD) -> bytes:
    """Reads the first bytes of a file, as they are.

    Args:
        file: a local path, plain, gzip or Zstandard.
        size: how many bytes to read.

    Returns:
        At most that many bytes; of a packed file, the unpacked bytes.

    Raises:
        DataError: the file cannot be read.
    """
    with opened(file) as stream:
        return stream.read(size)


def is_utf_8(beginning: bytes) -> bool:
    """Returns whether bytes are UTF-8, and more than ASCII.

    Args:
        beginning: a part of a file that begins with a whole character; its last one may
            be cut.

    Returns:
        Whether a character beyond ASCII proves it.
    """
    if beginning.isascii():
        return False
    try:
        codecs.getincrementaldecoder(UTF_8)().decode(beginning)
    except UnicodeDecodeError:
        return False
    return True


def wide_codec(beginning: bytes) -> str:
    """Recognizes UTF-16 without a byte order mark.

    Args:
        beginning: the first bytes of a table or of JSON Lines.

    Returns:
        The codec, by the byte of ASCII characters that is zero; "" if no byte is.
    """
    # Delimiters and line ends are ASCII characters in every language.
    even, odd = beginning[0:4096:2].count(0), beginning[1:4096:2].count(0)
    if even == odd:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _codec(file: str, beginning: bytes, encoding: str) -> tuple[str, bytes]:
    """Returns the codec of a file, and its byte order mark, or b""."""
    for mark, codec in _MARKS.items():
        if not beginning.startswith(mark):
            continue
        if codec == "utf-32":
            raise DataError(
                f"{file}: is UTF-32; convert it to UTF-8: {encoded(file, 'UTF-32')}"
            )
        if codec != UTF_8 and encoding == UTF_8:
            raise DataError(
                f'{file}: is UTF-16; set data.encoding = "auto", or convert it to '
                f"UTF-8: {encoded(file, 'UTF-16')}"
            )
        return codec, mark
    if encoding == UTF_16:
        found = wide_codec(beginning)
        if not found and beginning:
            raise DataError(
                f'{file}: is not UTF-16; set data.encoding = "auto" (init: --encoding '
                "auto) if it is UTF-8"
            )
        return found or "utf-16-le", b""
    # A daily export can change to UTF-8, which must not become "Ã¼" for "ü".
    if encoding == WINDOWS_1252 and not is_utf_8(_first_beyond_ascii(file)):
        return WINDOWS_1252, b""
    return UTF_8, b""


def _first_beyond_ascii(file: str) -> bytes:
    """Reads the first part of a file that is not only ASCII, or b""."""
    with opened(file) as stream:
        while part := stream.read(HEAD):
            if not part.isascii():
                return part
    return b""


class _Converted(io.RawIOBase):
    """The content of a stream, converted to UTF-8."""

    def __init__(self, stream: BinaryIO, codec: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(codec)(_DAMAGE)
        self._ready = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready and not self._ended:
            chunk = self._stream.read(_CHUNK)
            self._ended = not chunk
            text = self._decoder.decode(chunk, final=self._ended)
            self._ready = text.encode(UTF_8, "surrogateescape")
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size
