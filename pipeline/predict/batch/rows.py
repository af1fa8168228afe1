"""Reads the rows of a file with all their columns, and the text of each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from newsdesk import features
from newsdesk.rows import lines
from newsdesk.rows.readers import BadRow, Layout, Row, read_rows
from newsdesk.rows.row import clip
from pipeline.predict.answers import Answerer
from pipeline.predict.texts import (
    Question,
    Unusable,
    is_text_file,
    layout_of,
    question,
    row_text,
)


@dataclass(frozen=True)
class InputRow:
    """A row to classify.

    Attributes:
        file: the path.
        number: the line on which it starts, or the number of the record, from 1.
        cells: the text of each column; empty if the row cannot be read.
        text: what the model gets, or why the row cannot be classified.
        content: the beginning of a row that cannot be read.
    """

    file: str
    number: int
    cells: Mapping[str, str]
    text: Question
    content: str = ""


def read(
    file: str,
    text_columns: Sequence[str],
    expected: Layout,
    trained: Sequence[str] = (),
) -> Iterator[InputRow]:
    """Reads every row of a file, in order.

    Args:
        file: CSV, TSV, JSON Lines, Parquet or TFRecord, or .txt with a text per line,
            which becomes the column `text`.
        text_columns: the columns that the model was trained on.
        expected: how the training data was written, with the columns that the user
            named.
        trained: the columns of the training data, if its files had no header.

    Yields:
        Good rows and bad rows.

    Raises:
        DataError: the file cannot be read, or lacks a text column.
    """
    if is_text_file(file):
        yield from _lines(file, expected.encoding)
        return
    layout = layout_of(file, text_columns, expected, trained)
    for row in read_rows(file, layout):
        cells = row.values if isinstance(row, Row) else {}
        content = row.content if isinstance(row, BadRow) else ""
        text = row_text(row, text_columns)
        yield InputRow(row.file, row.number, cells, text, content)


def rows_of(
    file: str, answerer: Answerer, columns: Sequence[str]
) -> Iterator[InputRow]:
    """Reads the rows of a file as the training data of a model was written.

    Args:
        file: the path.
        answerer: the model.
        columns: the names of the columns of a CSV or TSV file without a header.

    Yields:
        Good rows and bad rows, in order.

    Raises:
        DataError: the file cannot be read, or lacks a text column.
    """
    written = (answerer.quoting, answerer.encoding, answerer.delimiter)
    expected = Layout("auto", tuple(columns), *written)
    texts = () if is_text_file(file) else answerer.text_columns
    yield from read(file, texts, expected, answerer.columns)


def _lines(file: str, encoding: str) -> Iterator[InputRow]:
    for line in lines.read_lines(file, encoding=encoding):
        where, text = f"{file}:{line.number}", line.text.strip()
        if line.fault:
            fault = Unusable(f"{where}: {line.fault}")
            yield InputRow(file, line.number, {}, fault, clip(line.shown))
        else:
            cells = {features.TEXT: text}
            yield InputRow(file, line.number, cells, question(text, where))
