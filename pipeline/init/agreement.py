"""Checks that the files of a data set can be read in one way, as `run` does."""

from collections.abc import Sequence
from dataclasses import replace

from newsdesk.errors import ConfigError, DataError
from newsdesk.rows.encodings import NAMES, WINDOWS_1252
from newsdesk.rows.listed import listed
from newsdesk.rows.readers import (
    Layout,
    check_delimiter,
    columns_of,
    find_delimiter,
    first_row,
    format_of,
)
from pipeline.init.encoding import guess

DELIMITED = ("csv", "tsv")
TEXT = (*DELIMITED, "jsonl")
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_ONE_WAY = "files that are read together must be written in one way; convert one"


def one_format(files: Sequence[str], file_format: str) -> str:
    """Returns the format of all files.

    Args:
        files: local paths.
        file_format: a value of `data.format`.

    Returns:
        The format.

    Raises:
        ConfigError: two files have different formats, or a name does not show it.
    """
    try:
        formats = [format_of(file, file_format) for file in files]
    except DataError as error:
        if len(files) > 1:
            raise ConfigError(str(error)) from None
        raise ConfigError(
            f"{files[0]}: its name does not say which format it has; "
            "add --format csv, tsv, jsonl, parquet or tfrecord"
        ) from None
    _agree(files, formats, "has the format")
    return formats[0]


def one_encoding(files: Sequence[str], layout: Layout) -> tuple[Layout, str]:
    """Guesses the encoding of all files, unless the layout has one.

    Args:
        files: local paths of text files.
        layout: how the files are written.

    Returns:
        The layout with the encoding, and a word that shows whether it is right, or "".

    Raises:
        ConfigError: two files have different encodings.
        DataError: a file cannot be read.
    """
    if layout.encoding != "auto":
        return layout, ""
    guesses = [guess(file) for file in files]
    found = [one.encoding for one in guesses]
    if set(found) == {"auto", WINDOWS_1252}:
        # With this setting, a run also reads UTF-8.
        found = [WINDOWS_1252] * len(files)
    _agree(files, [NAMES.get(name, "UTF-8") for name in found], "is")
    example = next((one.example for one in guesses if one.example), "")
    return replace(layout, encoding=found[0]), example


def one_delimiter(files: Sequence[str], layout: Layout) -> Layout:
    """Finds the delimiter of all files, unless the layout has one.

    Args:
        files: local paths of CSV or TSV files.
        layout: how the files are written.

    Returns:
        The layout with the delimiter, which is auto if it is that of the format.

    Raises:
        ConfigError: two files have different delimiters.
        DataError: a file cannot be read, or has a delimiter that `run` cannot read.
    """
    if layout.delimiter == "auto":
        found = [find_delimiter(file, layout) for file in files]
        _agree(files, [DELIMITERS[one] for one in found], "separates its cells by")
        usual = "\t" if format_of(files[0], layout.format) == "tsv" else ","
        layout = replace(layout, delimiter="auto" if found[0] == usual else found[0])
    for file in files:
        check_delimiter(file, layout)
    return layout


def check_columns(files: Sequence[str], layout: Layout) -> None:
    """Refuses files whose columns differ.

    Args:
        files: local paths.
        layout: how the files are written.

    Raises:
        ConfigError: two files have different columns; names both.
        DataError: a file cannot be read.
    """
    if len(files) < 2:
        return
    if layout.columns:
        cells = [len(first_row(file, layout)) for file in files]
        _agree(files, [f"{count:,} columns" for count in cells], "has")
        return
    first = columns_of(files[0], layout)
    for file in files[1:]:
        found = columns_of(file, layout)
        if set(found) != set(first):
            raise ConfigError(
                f"{file}: has the columns {listed(found)}, but {files[0]} has "
                f"{listed(first)}; files that are read together must have the same "
                "columns: rename or add columns, or name fewer files"
            )


def _agree(files: Sequence[str], found: Sequence[str], verb: str) -> None:
    for file, one in zip(files, found, strict=True):
        if one != found[0]:
            raise ConfigError(
                f"{file}: {verb} {one}, but {files[0]} {verb} {found[0]}; {_ONE_WAY}"
            )
