"""Recognizes files of an encoder that are not what their names say.

A failed download leaves a pointer, an error page or half a file more often than damaged
bytes, and the libraries that parse the files do not say so.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from newsdesk.errors import DataError, reason

_HEAD_BYTES = 256
_AGAIN = "the download failed or needed a login, so fetch it again"
_NEVER = "which can run code and are never opened; convert them to safetensors"
# The first bytes of a file, in lower case, and what such a file is.
_INSTEAD_OF_A_DOWNLOAD = {
    b"version https://git-lfs": (
        "is a pointer of Git LFS, not the file itself; run `git lfs pull` in the "
        "repository that it comes from"
    ),
    b"<!doctype html": f"is an HTML page; {_AGAIN}",
    b"<html": f"is an HTML page; {_AGAIN}",
    b"<?xml": f"is an XML page; {_AGAIN}",
}
_PICKLED = f"holds pickled weights, {_NEVER}"
_OTHER_FORMATS = {
    b"pk\x03\x04": f"is a zip archive, as PyTorch saves pickled weights, {_NEVER}",
    **{bytes([0x80, protocol]): _PICKLED for protocol in range(2, 6)},
    b"\x89hdf": "is HDF5, as Keras saves weights; convert it to safetensors",
    b"\x1f\x8b": "is compressed with gzip; unpack it",
}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def fault(path: Path, max_bytes: int) -> str | None:
    """Looks at the size and the first bytes of a file.

    Args:
        path: the file.
        max_bytes: a larger file is refused.

    Returns:
        What is wrong and what to do, to be put behind the path; None if the file can
        be parsed.
    """
    try:
        if path.is_dir():
            return "is a folder, not a file; give the files of one checkpoint"
        # Reading a pipe would never end.
        if path.exists() and not path.is_file():
            return "is not a regular file"
        size = path.stat().st_size
        if size > max_bytes:
            return f"has over {max_bytes:,} bytes"
        return _foreign(path) if size else "is empty; fetch it again"
    except OSError as error:
        return f"cannot be read: {reason(error)}"


def failed_download(path: Path) -> str | None:
    """Recognizes what is stored when a download fails: pointers and error pages.

    Args:
        path: a regular file.

    Returns:
        What the file is and what to do, to be put behind the path; None if it is none
        of these.

    Raises:
        OSError: the file cannot be read.
    """
    return _starting(_head(path), _INSTEAD_OF_A_DOWNLOAD)


def _foreign(path: Path) -> str | None:
    """As `failed_download`, and formats of other libraries."""
    head = _head(path)
    # The length of a safetensors header, which may look like anything, ends here.
    if head[8:9] == b"{":
        return None
    return _starting(head, _INSTEAD_OF_A_DOWNLOAD | _OTHER_FORMATS)


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_HEAD_BYTES)


def _starting(head: bytes, known: Mapping[bytes, str]) -> str | None:
    head = head.removeprefix(_BYTE_ORDER_MARK).lstrip().lower()
    return next((text for start, text in known.items() if head.startswith(start)), None)


def read_text(path: Path, max_bytes: int) -> str:
    """Reads a text file of an encoder.

    Args:
        path: a UTF-8 file, with or without a byte order mark.
        max_bytes: a larger file is refused.

    Returns:
        The text, without the byte order mark; line ends as they are in the file.

    Raises:
        DataError: the file cannot be read, or is not UTF-8 text.
    """
    if wrong := fault(path, max_bytes):
        raise DataError(f"{path}: {wrong}")
    try:
        # Not read_text, which would change line ends.
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {reason(error)}") from None
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path}: is not UTF-8 (byte {error.start:,}); save it as UTF-8, or fetch "
            "it again"
        ) from None


def read_object(path: Path, max_bytes: int = 1 << 20) -> dict[str, Any]:
    """Reads a JSON object.

    Args:
        path: a JSON file.
        max_bytes: a larger file is refused.

    Returns:
        Its keys and values.

    Raises:
        DataError: the file cannot be read, or is not a JSON object.
    """
    try:
        found = json.loads(read_text(path, max_bytes))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: is not JSON ({error}); fetch it again") from None
    if not isinstance(found, dict):
        raise DataError(
            f"{path}: is a JSON {type(found).__name__}, not an object with keys; give "
            "the file as Hugging Face publishes it"
        )
    return found
