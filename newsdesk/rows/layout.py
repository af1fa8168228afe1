"""Describes how the files of a data set are written."""

import re
from dataclasses import dataclass

from newsdesk.config.data import Data
from newsdesk.errors import DataError
from newsdesk.rows import folders, tf_datasets
from newsdesk.rows.records import Dialect

TFDS = "tfds"
DELIMITERS = {"csv": ",", "tsv": "\t"}
_NAMES = {
    "csv": re.compile(r"\.csv$"),
    "tsv": re.compile(r"\.(tsv|tab)$"),
    "jsonl": re.compile(r"\.(jsonl|ndjson|json)$"),
    "parquet": re.compile(r"\.(parquet|pq)$"),
    "tfrecord": re.compile(r"tfrecords?([-.][^/]*)?$"),
}
_ENDINGS = re.compile(
    r"\.(csv|tsv|tab|jsonl|ndjson|json|parquet|pq)(\.gz|\.zst)?$", re.I
)


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


USUAL = Layout()
"""The layout of files whose names and formats say everything."""


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
        return TFDS
    return file_format if file_format != "auto" else _format_by_name(file)


def dialect_of(file_format: str, layout: Layout) -> Dialect:
    """Returns how a delimited file is written.

    Args:
        file_format: csv or tsv.
        layout: how the files of the data set are written.

    Returns:
        The delimiter, what quotes mean, and the encoding.
    """
    given = layout.delimiter
    delimiter = DELIMITERS[file_format] if given == "auto" else given
    by_default = delimiter != DELIMITERS["tsv"]
    quotes = {"standard": True, "none": False}.get(layout.quoting, by_default)
    return Dialect(delimiter, quotes, layout.encoding)


def _format_by_name(file: str) -> str:
    name = file.rpartition("/")[2].lower().removesuffix(".gz").removesuffix(".zst")
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
