"""The TFRecord reader: which features it reads, and hostile files."""

import gzip
import os
import struct
from pathlib import Path
from typing import Any

import google_crc32c
import pytest

from newsdesk.errors import DataError
from newsdesk.rows.readers import BadRow, Row, read_rows

NEEDED = ("text", "label")


def checksum(content: bytes) -> bytes:
    crc = google_crc32c.value(content)
    rotated = (crc >> 15 | crc << 17) & 0xFFFFFFFF
    return struct.pack("<I", (rotated + 0xA282EAD8) & 0xFFFFFFFF)


def framed(content: bytes, length: int | None = None) -> bytes:
    head = struct.pack("<Q", len(content) if length is None else length)
    return head + checksum(head) + content + checksum(content)


def example(**features: Any) -> bytes:
    from tensorflow.core.example.example_pb2 import Example

    made = Example()
    for name, value in features.items():
        feature = made.features.feature[name]
        if isinstance(value, bytes):
            feature.bytes_list.value.append(value)
        elif isinstance(value, float):
            feature.float_list.value.append(value)
        elif isinstance(value, list):
            feature.float_list.value.extend(value)
        else:
            feature.int64_list.value.append(value)
    return bytes(made.SerializeToString())


@pytest.mark.parametrize(
    "other",
    [b"\x89PNG\xff\0", b"a\0b", [0.5] * 512, float("nan")],
    ids=["image", "NUL", "embedding", "NaN"],
)
def test_feature_that_is_not_needed_is_not_read(tmp_path: Path, other: Any) -> None:
    file = str(tmp_path / "a.tfrecord")
    Path(file).write_bytes(framed(example(text=b"one", label=1, other=other)) * 2)
    cells = {"text": "one", "label": "1"}
    assert [row for row in read_rows(file, needed=NEEDED)] == [
        Row(file, 1, cells),
        Row(file, 2, cells),
    ]
    for row in read_rows(file):
        assert isinstance(row, Row)
        assert row.values == (cells | {"other": ""} if other != other else cells)


def test_needed_feature_that_is_not_text_is_a_bad_row(tmp_path: Path) -> None:
    file = str(tmp_path / "a.tfrecord")
    records = [example(text=b"caf\xe9", label=1), example(text=b"two", label=1.0)]
    Path(file).write_bytes(b"".join(map(framed, records)))
    bad, good = read_rows(file, needed=NEEDED)
    assert bad == BadRow(file, 1, "column 'text' is not valid UTF-8", "caf\\xe9")
    assert good == Row(file, 2, {"text": "two", "label": "1.0"})


def test_unused_features_of_shared_files_are_not_read(shared: Path) -> None:
    file = str(shared / "cases" / "w04_unused_columns" / "f1_image.tfrecord")
    for needed in (NEEDED, None):
        rows = [row for row in read_rows(file, needed=needed) if isinstance(row, Row)]
        assert all(set(NEEDED) <= set(row.values) for row in rows)
        assert len(rows) == 60


@pytest.mark.parametrize("length", [2**31, 2**40, 2**64 - 1])
def test_a_length_beyond_any_memory_is_refused(tmp_path: Path, length: int) -> None:
    file = str(tmp_path / "a.tfrecord")
    Path(file).write_bytes(framed(example(text=b"one")) + framed(b"x", length))
    rows = read_rows(file)
    next(rows)
    reason = f"record 2 has {length:,} bytes, but the limit is 256 MiB"
    with pytest.raises(DataError, match=f"^{file}: {reason}"):
        next(rows)


@pytest.mark.parametrize("place", [0, 8, 12, -1])
def test_damaged_record(tmp_path: Path, place: int) -> None:
    file = str(tmp_path / "a.tfrecord.gz")
    content = bytearray(framed(example(text=b"one")))
    content[place] ^= 1
    Path(file).write_bytes(gzip.compress(content))
    with pytest.raises(DataError, match=f"^{file}: record 1 is cut or damaged"):
        list(read_rows(file))


def test_file_name_that_is_not_utf_8(tmp_path: Path) -> None:
    name = os.path.join(str(tmp_path), os.fsdecode(b"caf\xe9.tfrecord"))
    with open(name, "wb") as stream:
        stream.write(framed(b"\xff") + framed(example(text=b"one")) + b"x")
    rows = read_rows(name)
    assert str(next(rows)) == f"{tmp_path}/caf\\xe9.tfrecord:1: is not a tf.Example"
    next(rows)
    with pytest.raises(DataError, match=r"/caf\\xe9\.tfrecord: record 3 is cut"):
        next(rows)
