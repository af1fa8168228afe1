"""Writes batches of tf.Examples as TFRecord files of bounded size."""

import struct
from typing import Any

from apache_beam import coders
from apache_beam.io.filebasedsink import FileBasedSink

from newsdesk.rows.tf_records import checksum

# Later passes read one file per worker at a time.
SIZE = 16 * 2**20


class Shards(FileBasedSink):
    """Files whose names end with the number of the file and of all files."""

    def __init__(self, prefix: str) -> None:
        """Keeps the path.

        Args:
            prefix: how the paths of the files begin.
        """
        super().__init__(
            prefix,
            coder=coders.BytesCoder(),
            file_name_suffix=".gz",
            max_bytes_per_shard=SIZE,
        )

    def write_record(self, file_handle: Any, value: list[bytes]) -> None:
        """Overrides FileBasedSink.write_record, and writes a batch at once.

        Args:
            file_handle: the open file.
            value: serialized tf.Examples.
        """
        file_handle.write(b"".join(map(framed, value)))


def framed(record: bytes) -> bytes:
    """Adds length and checksums to a record.

    Args:
        record: the content.

    Returns:
        The bytes of the record in a TFRecord file.
    """
    length = struct.pack("<Q", len(record))
    return b"".join([length, checksum(length), record, checksum(record)])
