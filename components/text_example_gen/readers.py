"""Reads the rows of a file of any format that Newsdesk knows, as a stream."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from components.text_example_gen import (
    delimited,
    json_lines,
    parquet_files,
    tf_datasets,
    tf_records,
)
from components.text_example_gen.rows import BadRow, Row
from pipeline.config import Data
from pipeline.errors import DataError

__all__ = ["BadRow", "Layout", "Row", "columns_of", "format_of", "read_rows"]

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


@dataclass(frozen=True)
class Layout:
    """How the files of a data set are written.

    Attributes:
        format: csv, tsv, jsonl, parquet, tfrecord, or auto to decide by the name.
        columns: the names of the columns of a CSV or TSV file without a header.
    """

    format: str = "auto"
    columns: tuple[str, ...] = ()

    @classmethod
    def of(cls, data: Data) -> "Layout":
        """Takes the layout from the configuration.

        Args:
            data: the data section.

        Returns:
            The layout of its files.
        """
        return cls(data.format, tuple(data.columns))


def read_rows(
    file: str, layout: Layout = Layout(), needed: Collection[str] | None = None
) -> Iterator[Row | BadRow]:
    """Reads a file row by row; its first bytes decide whether it is gzip.

    Args:
        file: a local path, or `tfds:name/split`.
        layout: how the file is written.
        needed: the columns to read; the others are left out. None reads all, and in
            binary formats leaves out cells that cannot be text.

    Yields:
        Every row in the order of the file: those that can be used, and those that
        cannot with the reason.

    Raises:
        DataError: the file as a whole cannot be read.
    """
    found = format_of(file, layout.format)
    if found in _DELIMITERS:
        return delimited.read(file, _DELIMITERS[found], layout.columns)
    if found == "jsonl":
        return json_lines.read(file)
    return _READERS[found](file, needed)


def columns_of(file: str, layout: Layout = Layout()) -> tuple[str, ...]:
    """Looks up the columns that every row of a file has.

    Args:
        file: as in read_rows.
        layout: as in read_rows.

    Returns:
        The names; empty where each record names its own (JSON Lines, tf.Examples).

    Raises:
        DataError: the file as a whole cannot be read.
    """
    found = format_of(file, layout.format)
    if found in _DELIMITERS:
        return tuple(layout.columns or delimited.header(file, _DELIMITERS[found]))
    if found == "parquet":
        return tuple(parquet_files.header(file))
    return ()


def format_of(file: str, file_format: str = "auto") -> str:
    """Tells the format of a file.

    Args:
        file: a local path, or `tfds:name/split`.
        file_format: the format if it is known, else auto.

    Returns:
        csv, tsv, jsonl, parquet, tfrecord or tfds.

    Raises:
        DataError: the name does not tell.
    """
    if file.startswith(tf_datasets.PREFIX):
        return _TFDS
    return file_format if file_format != "auto" else _format_by_name(file)


def _format_by_name(file: str) -> str:
    name = file.rpartition("/")[2].lower().removesuffix(".gz")
    for file_format, pattern in _NAMES.items():
        if pattern.search(name):
            return file_format
    raise DataError(
        f"{file}: its name does not tell what it holds; set data.format to one of "
        f"{', '.join(_NAMES)}"
    )
