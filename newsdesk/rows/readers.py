"""Reads files of every supported format, row by row."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from newsdesk.config.data import Data
from newsdesk.errors import DataError
from newsdesk.rows import (
    delimited,
    dialect,
    folders,
    json_lines,
    parquet_files,
    tf_datasets,
    tf_records,
)
from newsdesk.rows.lines import LineCount
from newsdesk.rows.records import Dialect
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

_TFDS = "tfds"
_DELIMITERS = {"csv": ",", "tsv": "\t"}
_READERS: dict[str, Callable[[str, Collection[str] | None], Iterator[Row | BadRow]]] = {
    "parquet": parquet_files.read,
    "tfrecord": tf_records.read,
    _TFDS: tf_datasets.read,
}
_NAMES = {
    "csv": re.compile(r"\.csv$"),
    "tsv": re.compile(r"\.(tsv|tab)$"),
    "jsonl": re.compile(r"\.(jsonl|ndjson|json)$"),
    "parquet": re.compile(r"\.(parquet|pq)$"),
    "tfrecord": re.compile(r"tfrecords?([-.][^/]*)?$"),
}
_ENDINGS = re.compile(r"\.(csv|tsv|tab|jsonl|ndjson|json|parquet|pq)(\.gz)?$", re.I)


@dataclass(frozen=True)
class Layout:
    """How the files of a data set are written.

    Attributes:
        format: csv, tsv, jsonl, parquet, tfrecord, or auto to decide by the name.
        columns: the names of the columns of a CSV or TSV file without a header.
        quoting: whether quotes enclose cells of a CSV or TSV file: standard means yes,
            none means no, and auto means no if the delimiter is a tab, else yes.
        encoding: a value of `data.encoding`, for CSV, TSV and JSON Lines.
        delimiter: the delimiter of a CSV or TSV file; auto means a comma in CSV and a
            tab in TSV.
    """

    format: str = "auto"
    columns: tuple[str, ...] = ()
    quoting: str = "auto"
    encoding: str = "auto"
    delimiter: str = "auto"

    @classmethod
    def of(cls, data: Data) -> "Layout":
        """Makes the layout from the configuration.

        Args:
            data: the data section.

        Returns:
            The layout of its files.
        """
        return cls(
            data.format,
            tuple(data.columns),
            data.quoting,
            data.encoding,
            data.delimiter,
        )


def read_rows(
    file: str,
    layout: Layout = Layout(),
    needed: Collection[str] | None = None,
    is_row: Callable[[dict[str, str]], bool] | None = None,
    count: LineCount | None = None,
) -> Iterator[Row | BadRow]:
    """Reads a file row by row; its first bytes decide whether it is gzip.

    Args:
        file: a local path, or `tfds:name/split`.
        layout: how the file is written.
        needed: the columns to read. None reads all columns, and in binary formats
            leaves out cells that cannot be text.
        is_row: whether cells by column are a good row. In CSV and TSV it finds the rows
            between two lone quotes; without it they are one record.
        count: gets the number of lines of each kind, if the format has lines.

    Yields:
        Every row in the order of the file: good rows, and bad rows with the reason.

    Raises:
        DataError: the file as a whole cannot be read.
    """
    found = format_of(file, layout.format)
    if found in _DELIMITERS:
        dialect = _dialect(found, layout)
        return delimited.read(file, dialect, layout.columns, needed, is_row, count)
    if found == "jsonl":
        return json_lines.read(file, needed, count, layout.encoding)
    return _READERS[found](file, needed)


def columns_of(file: str, layout: Layout = Layout()) -> tuple[str, ...]:
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
    if found in _DELIMITERS:
        check_delimiter(file, layout)
        dialect = _dialect(found, layout)
        return tuple(layout.columns or delimited.header(file, dialect))
    if found == "parquet":
        return tuple(parquet_files.header(file))
    return ()


def first_row(file: str, layout: Layout = Layout()) -> list[str]:
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
    return dialect.first_row(file, _dialect(found, layout))


def quotes_enclose(file: str, layout: Layout = Layout()) -> bool:
    """Returns whether quotes enclose the cells of a file.

    Args:
        file: as in read_rows.
        layout: as in read_rows.

    Returns:
        False for a CSV or TSV file in which quotes mean nothing.
    """
    found = format_of(file, layout.format)
    return found not in _DELIMITERS or _dialect(found, layout).quotes


def find_delimiter(file: str, layout: Layout = Layout()) -> str:
    """Finds the delimiter of a CSV or TSV file.

    Args:
        file: as in read_rows.
        layout: as in read_rows; its delimiter is only an expectation.

    Returns:
        A value of `data.delimiter`.

    Raises:
        DataError: the file as a whole cannot be read.
    """
    expected = _dialect(format_of(file, layout.format), layout)
    return dialect.find_delimiter(file, expected, layout.columns)


def check_delimiter(file: str, layout: Layout = Layout()) -> None:
    """Refuses a file with another delimiter than its format says.

    Args:
        file: as in read_rows.
        layout: as in read_rows.

    Raises:
        DataError: the delimiter differs; says which one the file has, and what to do.
    """
    found = format_of(file, layout.format)
    if found in _DELIMITERS:
        other = dialect.explain_delimiter(
            file,
            _dialect(found, layout),
            layout.columns,
            is_given=layout.delimiter != "auto",
        )
        if other:
            raise DataError(other)


def format_of(file: str, file_format: str = "auto") -> str:
    """Returns the format of a file.

    Args:
        file: a local path, or `tfds:name/split`.
        file_format: the format if it is known, otherwise auto.

    Returns:
        csv, tsv, jsonl, parquet, tfrecord or tfds.

    Raises:
        DataError: the format cannot be decided by the name.
    """
    if file.startswith(tf_datasets.PREFIX):
        return _TFDS
    return file_format if file_format != "auto" else _format_by_name(file)


def _dialect(found: str, layout: Layout) -> Dialect:
    given = layout.delimiter
    delimiter = _DELIMITERS[found] if given == "auto" else given
    by_default = delimiter != _DELIMITERS["tsv"]
    quotes = {"standard": True, "none": False}.get(layout.quoting, by_default)
    return Dialect(delimiter, quotes, layout.encoding)


def _format_by_name(file: str) -> str:
    name = file.rpartition("/")[2].lower().removesuffix(".gz")
    for file_format, pattern in _NAMES.items():
        if pattern.search(name):
            return file_format
    sentence = (
        f"{file}: its name does not say which format it has; set data.format to one of "
        f"{', '.join(_NAMES)}"
    )
    others = folders.pattern_beside(file, _ENDINGS)
    if others:
        sentence += f", or leave it out with data.path = {others!r}"
    raise DataError(sentence)
