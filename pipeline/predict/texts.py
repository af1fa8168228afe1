"""Reads the texts to classify from arguments, a pipe or a file."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from newsdesk.errors import DataError, NewsdeskError
from newsdesk.rows import lines as text_lines
from newsdesk.rows.labelling import is_visible, joined, missing_cell
from newsdesk.rows.listed import listed
from newsdesk.rows.readers import (
    BadRow,
    Layout,
    Row,
    columns_of,
    find_delimiter,
    format_of,
    read_rows,
)
from newsdesk.rows.remedies import remedy
from pipeline.predict.header import with_columns
from pipeline.predict.line_reader import LONGEST, Pause, TooLong, read_lines

_TEXT_FILE = re.compile(r"\.txt(\.gz|\.zst)?$", re.IGNORECASE)


@dataclass(frozen=True)
class Unusable:
    """A row that cannot be classified; it keeps its position in the output.

    Attributes:
        reason: where the row is and what is wrong with it.
    """

    reason: str


Question = str | Unusable


def typed(texts: Iterable[str]) -> Iterator[Question]:
    """Reads texts from the command line.

    Args:
        texts: arguments as Python decoded them.

    Yields:
        A question for each text.
    """
    for number, text in enumerate(texts, 1):
        try:
            # Python decodes bytes that are not UTF-8 as lone surrogates.
            text.encode()
        except UnicodeEncodeError:
            yield Unusable(f"argument {number}: is not valid UTF-8")
            continue
        yield _question(text, f"argument {number}")


def question(text: str, where: str) -> Question:
    """Checks a text of a Python program.

    Args:
        text: any text.
        where: its name in messages.

    Returns:
        The text, or why it cannot be classified.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return Unusable(f"{where}: contains a lone surrogate, which UTF-8 lacks")
    return _question(text, where)


def usable(text: str) -> str:
    """Checks a text from the command line.

    Args:
        text: an argument as Python decoded it.

    Returns:
        The text.

    Raises:
        DataError: it cannot be classified.
    """
    (question,) = typed([text])
    if isinstance(question, Unusable):
        raise DataError(question.reason)
    return question


def lines(stream: BinaryIO, name: str = "standard input") -> Iterator[Question | Pause]:
    """Reads a text from each line of a stream, as soon as it arrives.

    Args:
        stream: bytes in UTF-8.
        name: the name of the stream in messages.

    Yields:
        A question for each line, even an empty one, and a pause before each wait.

    Raises:
        NewsdeskError: the stream cannot be read.
    """
    number = 0
    try:
        for line in read_lines(stream):
            if isinstance(line, Pause):
                yield line
                continue
            number += 1
            yield _line(line, f"{name}:{number}", is_first=number == 1)
    except OSError as error:
        raise NewsdeskError(f"{name}: cannot be read: {error.strerror}") from None


def rows(
    file: str,
    text_columns: Sequence[str],
    columns: Sequence[str] = (),
    quoting: str = "auto",
    encoding: str = "auto",
    delimiter: str = "auto",
    trained: Sequence[str] = (),
) -> Iterator[Question]:
    """Reads a text from each row of a file, and joins its columns as in training.

    Args:
        file: CSV, TSV, JSON Lines, Parquet or TFRecord, with or without labels; or
            .txt with one text per line.
        text_columns: the columns that the model was trained on.
        columns: the names of the columns of a CSV or TSV file without a header.
        quoting: what quotes mean in a CSV or TSV file; a value of `data.quoting`.
        encoding: a value of `data.encoding`.
        delimiter: the expected delimiter of a CSV or TSV file; a value of
            `data.delimiter`.
        trained: the columns of the training data, if its files had no header.

    Yields:
        A question for each row, in the order of the file.

    Raises:
        DataError: the file cannot be read, or none of its rows has the columns.
    """
    if is_text_file(file):
        yield from _lines_of(file, encoding)
        return
    layout = Layout("auto", tuple(columns), quoting, encoding, delimiter)
    layout = layout_of(file, text_columns, layout, trained)
    for row in read_rows(file, layout, text_columns):
        yield row_text(row, text_columns)


def is_text_file(file: str) -> bool:
    """Returns whether each line of a file is a text, by its name.

    Args:
        file: the path.
    """
    return bool(_TEXT_FILE.search(file))


def layout_of(
    file: str,
    text_columns: Sequence[str],
    expected: Layout,
    trained: Sequence[str] = (),
) -> Layout:
    """Finds out how a file is written, and checks its columns.

    Args:
        file: the path.
        text_columns: the columns that the model was trained on.
        expected: how the training data was written, with the columns that the user
            named; its format is not used.
        trained: the columns of the training data, if its files had no header.

    Returns:
        The layout.

    Raises:
        DataError: the file cannot be read, or has not the columns.
    """
    layout = replace(expected, format=_format_of(file))
    if layout.format in ("csv", "tsv"):
        # Nobody can set a key for a published model, so another delimiter is found.
        layout = replace(layout, delimiter=find_delimiter(file, layout))
        layout = with_columns(file, layout, text_columns, trained)
    found = columns_of(file, layout)
    missing = [name for name in text_columns if name not in found] if found else []
    if missing:
        raise DataError(
            f"{file}: has no column {listed(missing)}, which the model reads; its "
            f"columns are {listed(found)}; if its first row is not a header, name the "
            "columns with --columns or score.columns"
        )
    return layout


def row_text(row: Row | BadRow, text_columns: Sequence[str]) -> Question:
    """Joins the text columns of a row as in training.

    Args:
        row: of a file.
        text_columns: the columns that the model was trained on.

    Returns:
        The text, or why the row cannot be classified.
    """
    if isinstance(row, BadRow):
        advice = remedy(row)
        return Unusable(f"{row}; {advice}" if advice else str(row))
    where = f"{row.file}:{row.number}"
    if fault := missing_cell(row, text_columns):
        return Unusable(f"{where}: {fault}")
    return _question(joined(row.values, text_columns), where)


def _line(line: bytes | TooLong, where: str, is_first: bool) -> Question:
    if isinstance(line, TooLong):
        return Unusable(f"{where}: is longer than {LONGEST:,} bytes; shorten the text")
    try:
        text = line.decode("utf-8-sig" if is_first else "utf-8")
    except UnicodeDecodeError:
        return Unusable(f"{where}: is not valid UTF-8")
    return _question(text.strip(), where)


def _lines_of(file: str, encoding: str) -> Iterator[Question]:
    for line in text_lines.read_lines(file, encoding=encoding):
        where = f"{file}:{line.number}"
        if line.fault:
            yield Unusable(f"{where}: {line.fault}")
        else:
            yield _question(line.text.strip(), where)


def _format_of(file: str) -> str:
    try:
        return format_of(file)
    except DataError:
        if os.path.isdir(file):
            raise DataError(f"{file}: is a folder; name one of its files") from None
        raise DataError(
            f"{file}: its name does not say which format it has; rename it to end in "
            ".csv, .tsv, .jsonl, .parquet or .tfrecord, "
            "or in .txt if each line is a text"
        ) from None


def _question(text: str, where: str) -> Question:
    return text if is_visible(text) else Unusable(f"{where}: the text is empty")
