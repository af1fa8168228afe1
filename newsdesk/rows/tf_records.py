"""Reads TFRecord files of tf.Examples."""

import math
import struct
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO

from newsdesk.errors import DataError
from newsdesk.rows.nested import Nested
from newsdesk.rows.row import BadRow, Row, checked, clip
from newsdesk.rows.streams import opened

# TensorFlow's own reader allocates what a length field says, and may crash.
MAX_RECORD = 256 * 2**20
_HEAD = struct.Struct("<QI")
_CHECKSUM = struct.Struct("<I")


def read(file: str, needed: Collection[str] | None = None) -> Iterator[Row | BadRow]:
    """Reads a TFRecord file; numbers become text, and NaN becomes an empty cell.

    Args:
        file: a local path, plain, gzip or Zstandard.
        needed: the features to read. None reads all, and leaves out those that cannot
            be text.

    Yields:
        Rows in the order of the file, numbered from 1.

    Raises:
        DataError: the file cannot be read, or the checksum of a record is wrong, so
            that the next record cannot be found.
    """
    with opened(file) as stream:
        for number, record in enumerate(_records(file, stream), 1):
            yield _row(file, number, record, needed)


def _records(file: str, stream: BinaryIO) -> Iterator[bytes]:
    number = 0
    while head := stream.read(_HEAD.size):
        number += 1
        length = _length(head)
        if length > MAX_RECORD:
            raise DataError(
                f"{file}: record {number} has {length:,} bytes, but the limit is "
                f"{MAX_RECORD >> 20} MiB; write smaller records"
            )
        record = stream.read(length)
        found = stream.read(_CHECKSUM.size)
        if length < 0 or len(record) < length or found != checksum(record):
            raise DataError(
                f"{file}: record {number} is cut or damaged, or the file is not a "
                "TFRecord file; write the file again"
            )
        yield record


def _length(head: bytes) -> int:
    """Returns the length of a record, or -1 if the checksum of the length is wrong."""
    if len(head) < _HEAD.size or head[8:] != checksum(head[:8]):
        return -1
    length: int = _HEAD.unpack(head)[0]
    return length


def checksum(content: bytes) -> bytes:
    """Computes the checksum of TFRecord: a CRC-32C, rotated, plus a constant.

    Args:
        content: the protected bytes.

    Returns:
        The four bytes that follow the content in a file.
    """
    import google_crc32c

    crc = google_crc32c.value(content)
    rotated = (crc >> 15 | crc << 17) + 0xA282EAD8
    return _CHECKSUM.pack(rotated & 0xFFFFFFFF)


def _row(
    file: str, number: int, record: bytes, needed: Collection[str] | None
) -> Row | BadRow:
    from google.protobuf.message import DecodeError
    from tensorflow.core.example.example_pb2 import Example

    try:
        features = Example.FromString(record).features.feature
    except DecodeError:
        return BadRow(file, number, "is not a tf.Example", clip(record))
    chosen = [name for name in features if needed is None or name.strip() in needed]
    cells = {name.strip(): _cell(features[name]) for name in chosen}
    if len(cells) < len(chosen):
        # Features have no order, so it would be random which of them is used.
        fault = "the names of two features differ only in the space around them"
        return BadRow(file, number, fault, clip(", ".join(sorted(chosen))))
    return checked(file, number, cells, strict=needed is not None)


def _cell(feature: Any) -> str | bytes | Nested:
    kind = feature.WhichOneof("kind")
    values = getattr(feature, kind).value if kind else ()
    if len(values) > 1:
        return Nested(len(values))
    if not values:
        return ""
    value = values[0]
    if isinstance(value, bytes):
        return value
    return "" if math.isnan(value) else str(value)
