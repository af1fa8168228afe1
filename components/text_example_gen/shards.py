"""Writes batches of tf.Examples as TFRecord files of bounded size."""

import gzip
import struct
from typing import Any

from apache_beam import coders
from apache_beam.io.filebasedsink import FileBasedSink
from apache_beam.io.filesystem import CompressionTypes

from newsdesk.rows.tf_records import checksum

# Compressed. Later passes read one file per worker at a time.
SIZE = 8 * 2**20
# Beam's level takes five times as long, and makes files a seventh smaller.
_LEVEL = 1


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
            compression_type=CompressionTypes.UNCOMPRESSED,
            max_bytes_per_shard=SIZE,
        )

    def open(self, temp_path: str) -> gzip.GzipFile:
        """Overrides FileBasedSink.open.

        Args:
            temp_path: of the file.

        Returns:
            The file, which compresses what is written.
        """
        # Without a name and a time, the same rows make the same file.
        return gzip.GzipFile(
            filename="",
            mode="wb",
            compresslevel=_LEVEL,
            fileobj=super().open(temp_path),
            mtime=0,
        )

    def close(self, file_handle: gzip.GzipFile) -> None:
        """Overrides FileBasedSink.close.

        Args:
            file_handle: the open file.
        """
        file = file_handle.fileobj
        # Does not close what it writes to.
        file_handle.close()
        super().close(file)

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
