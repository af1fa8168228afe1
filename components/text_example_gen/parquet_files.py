"""Parquet, a batch of rows at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from components.text_example_gen.lines import check_file, faults_named, is_gzip
from components.text_example_gen.rows import BadRow, Row, checked
from pipeline.errors import DataError

BATCH = 1024


def read(file: str) -> Iterator[Row | BadRow]:
    """Reads a Parquet file; numbers become text, nulls empty cells.

    Args:
        file: a local path.

    Yields:
        Rows in the order of the file, numbered from 1.

    Raises:
        DataError: the file cannot be read as Parquet.
    """
    with _opened(file) as parquet:
        number = 0
        for batch in parquet.iter_batches(batch_size=BATCH):
            names = batch.schema.names
            columns = [_cells(column) for column in batch.columns]
            for cells in zip(*columns, strict=True):
                number += 1
                yield checked(file, number, dict(zip(names, cells, strict=True)))


def header(file: str) -> list[str]:
    """Reads the names of the columns.

    Args:
        file: a local path.

    Returns:
        The names in the order of the file.

    Raises:
        DataError: the file cannot be read as Parquet.
    """
    with _opened(file) as parquet:
        return list(parquet.schema_arrow.names)


@contextmanager
def _opened(file: str) -> Iterator[Any]:
    import pyarrow
    from pyarrow import parquet

    check_file(file)
    with faults_named(file):
        if is_gzip(file):
            raise DataError(f"{file}: is Parquet inside gzip; unpack it first")
        try:
            with parquet.ParquetFile(file) as opened:
                names = opened.schema_arrow.names
                if len(set(names)) < len(names):
                    raise DataError(f"{file}: two columns have the same name")
                yield opened
        except pyarrow.ArrowException as error:
            first_line = str(error).partition("\n")[0]
            raise DataError(
                f"{file}: cannot be read as Parquet: {first_line}"
            ) from None


def _cells(column: Any) -> list[str | bytes | None]:
    """A column's cells; text as bytes, because a writer may store what is no UTF-8."""
    import pyarrow
    from pyarrow import types

    if types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if types.is_nested(column.type):
        return [None] * len(column)
    if types.is_string(column.type):
        column = column.cast(pyarrow.binary())
    elif types.is_large_string(column.type):
        column = column.cast(pyarrow.large_binary())
    return [_cell(value) for value in column.to_pylist()]


def _cell(value: Any) -> str | bytes:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, bytes) else str(value)
