"""TFRecord files of tf.Examples."""

from collections.abc import Iterator
from typing import Any

from components.text_example_gen.lines import check_file, faults_named, is_gzip
from components.text_example_gen.rows import BadRow, Row, checked, clip
from pipeline.errors import DataError


def read(file: str) -> Iterator[Row | BadRow]:
    """Reads a TFRecord file of tf.Examples; numbers become text.

    Args:
        file: a local path, plain or gzip.

    Yields:
        Rows in the order of the file, numbered from 1.

    Raises:
        DataError: the file cannot be read, or a record's checksum is wrong; what
            follows such a record cannot be found.
    """
    import tensorflow as tf

    check_file(file)
    with faults_named(file):
        compression = "GZIP" if is_gzip(file) else ""
    records = tf.data.TFRecordDataset([file], compression).as_numpy_iterator()
    number = 0
    while True:
        try:
            record = next(records)
        except StopIteration:
            return
        except tf.errors.OpError:
            raise DataError(
                f"{file}: record {number + 1} is cut or damaged, or the file is no "
                "TFRecord; write it again"
            ) from None
        number += 1
        yield _row(file, number, record)


def _row(file: str, number: int, record: bytes) -> Row | BadRow:
    from google.protobuf.message import DecodeError
    from tensorflow.core.example.example_pb2 import Example

    try:
        features = Example.FromString(record).features.feature
    except DecodeError:
        return BadRow(file, number, "is not a tf.Example", clip(record))
    return checked(file, number, {name: _cell(features[name]) for name in features})


def _cell(feature: Any) -> str | bytes | None:
    kind = feature.WhichOneof("kind")
    values = getattr(feature, kind).value if kind else ()
    if len(values) > 1:
        return None
    if not values:
        return ""
    return values[0] if isinstance(values[0], bytes) else str(values[0])
