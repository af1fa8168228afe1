"""Reads files of every supported format, row by row."""

from collections.abc import Callable, Collection, Iterator

from newsdesk.errors import DataError
from newsdesk.rows import (
    delimited,
    dialect,
    json_lines,
    parquet_files,
    tf_datasets,
    tf_records,
)
from newsdesk.rows.layout import (
    DELIMITERS,
    TFDS,
    USUAL,
    Layout,
    dialect_of,
    format_of,
)
from newsdesk.rows.lines import LineCount
from newsdesk.rows.part import Part
from newsdesk.rows.row import BadRow, Row

__all__ = [
    "BadRow",
    "Layout",
    "LineCount",
    "Row",
    "columns_of",
    "format_of",
    "read_rows",
]

_READERS: dict[str, Callable[[str, Collection[str] | None], Iterator[Row | BadRow]]] = {
    "tfrecord": tf_records.read,
    TFDS: tf_datasets.read,
}


def read_rows(
    file: str,
    layout: Layout = USUAL,
    needed: Collection[str] | None = None,
    is_row: Callable[[dict[str, str]], bool] | None = None,
    count: LineCount | None = None,
    part: Part | None = None,
) -> Iterator[Row | BadRow]:
    """Reads a file row by row; its first bytes decide whether it is packed.

    Args:
        file: a local path, or `tfds:name/split`.
        layout: how the file is written.
        needed: the columns to read. None reads all columns, and in binary formats
            leaves out cells that cannot be text.
        is_row: whether cells by column are a good row. In CSV and TSV it finds the rows
            between two lone quotes; without it they are one record.
        count: gets the number of lines of each kind, if the format has lines.
        part: a result of `cuts.cut`, to read only its rows; None for all rows.

    Yields:
        Every row in the order of the file: good rows, and bad rows with the reason.

    Raises:
        DataError: the file as a whole cannot be read.
    """
    found = format_of(file, layout.format)
    if found in DELIMITERS:
        dialect = dialect_of(found, layout)
        columns = layout.columns
        return delimited.read(file, dialect, columns, needed, is_row, count, part)
    if found == "jsonl":
        return json_lines.read(file, needed, count, layout.encoding, part)
    if found == "parquet":
        return parquet_files.read(file, needed, part)
    return _READERS[found](file, needed)


def columns_of(file: str, layout: Layout = USUAL) -> tuple[str, ...]:
    """Looks up the columns that every row of a file has.

    Args:
        file: as in read_rows.
        layout: as in read_rows.

    Returns:
        The names; empty if each record has its own columns (JSON Lines, tf.Examples).

    Raises:
        DataError: the file as a whole cannot be read.
    """
    found = format_of(file, layout.format)
    if found in DELIMITERS:
        check_delimiter(file, layout)
        dialect = dialect_of(found, layout)
        return tuple(layout.columns or delimited.header(file, dialect))
    if found == "parquet":
        return tuple(parquet_files.header(file))
    return ()


def first_row(file: str, layout: Layout = USUAL) -> list[str]:
    """Reads the first row of a CSV or TSV file, whether it is a header or not.

    Args:
        file: as in read_rows.
        layout: as in read_rows.

    Returns:
        The cells of the row.

    Raises:
        DataError: the file as a whole cannot be read.
    """
    found = format_of(file, layout.format)
    return dialect.first_row(file, dialect_of(found, layout))


def quotes_enclose(file: str, layout: Layout = USUAL) -> bool:
    """Returns whether quotes enclose the cells of a file.

    Args:
        file: as in read_rows.
        layout: as in read_rows.

    Returns:
        False for a CSV or TSV file in which quotes mean nothing.
    """
    found = format_of(file, layout.format)
    return found not in DELIMITERS or dialect_of(found, layout).quotes


def find_delimiter(file: str, layout: Layout = USUAL) -> str:
    """Finds the delimiter of a CSV or TSV file.

    Args:
        file: as in read_rows.
        layout: as in read_rows; its delimiter is only an expectation.

    Returns:
        A value of `data.delimiter`.

    Raises:
        DataError: the file as a whole cannot be read.
    """
    expected = dialect_of(format_of(file, layout.format), layout)
    return dialect.find_delimiter(file, expected, layout.columns)


def check_delimiter(file: str, layout: Layout = USUAL) -> None:
    """Refuses a file with another delimiter than its format says.

    Args:
        file: as in read_rows.
        layout: as in read_rows.

    Raises:
        DataError: the delimiter differs; says which one the file has, and what to do.
    """
    found = format_of(file, layout.format)
    if found in DELIMITERS:
        other = dialect.explain_delimiter(
            file,
            dialect_of(found, layout),
            layout.columns,
            is_given=layout.delimiter != "auto",
        )
        if other:
            raise DataError(other)
