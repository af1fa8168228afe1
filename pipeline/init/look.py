"""Surveys files of labelled text in one pass, with or without a header."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import get_args

from newsdesk.config.data import Data
from newsdesk.errors import ConfigError, DataError, printable
from newsdesk.rows.readers import Layout, Row, first_row, read_rows
from pipeline.init import agreement
from pipeline.init.agreement import DELIMITED, TEXT
from pipeline.init.header import Header, judge
from pipeline.init.inputs import Sample, find_inputs
from pipeline.init.survey import Survey

# Rows that are compared with the first row.
_HEADER_SAMPLE = 1000
# The largest share of rows that may repeat the header.
_MOST_HEADERS = 0.25


def look(
    file: Path,
    columns: Sequence[str] = (),
    file_format: str = "auto",
    header: bool | None = None,
    quoting: str = "auto",
    encoding: str = "auto",
    delimiter: str = "auto",
) -> Survey:
    """Reads the files of a path once and surveys their columns.

    Args:
        file: a file of CSV, TSV, JSON Lines, Parquet or TFRecord, a folder of such
            files, a glob, or a pattern with spans, whose newest span is read.
        columns: the names of the columns of a CSV or TSV file without a header.
        file_format: one of data.format.
        header: whether the first row of a CSV or TSV file names the columns; None to
            decide from the rows. Columns without names get the names column_1,
            column_2, ...
        quoting: what quotes mean in a CSV or TSV file, one of data.quoting.
        encoding: one of data.encoding; auto to guess it.
        delimiter: one of data.delimiter; auto to find it.

    Returns:
        The survey.

    Raises:
        ConfigError: there is no such file, a name does not show its format, the files
            do not agree, or the arguments contradict each other.
        DataError: a file cannot be read, or none of the rows can.
    """
    path = str(file)
    _check_arguments(path, columns, header)
    _check_choice("--quoting", quoting)
    _check_choice("--encoding", encoding)
    _check_choice("--delimiter", delimiter)
    inputs = find_inputs(path)
    files = inputs.files
    found = agreement.one_format(files, file_format)
    layout = Layout(file_format, tuple(columns), quoting, encoding, delimiter)
    example, decided = "", None
    if found in TEXT:
        layout, example = agreement.one_encoding(files, layout)
    if found in DELIMITED:
        layout = agreement.one_delimiter(files, layout)
        names, decided = _decide(files[0], layout, header)
        layout = replace(layout, columns=tuple(names))
    else:
        layout = replace(layout, columns=())
    agreement.check_columns(files, layout)
    survey = Survey(
        file,
        {},
        0,
        None,
        0,
        not layout.columns,
        file_format,
        decided,
        quoting=quoting,
        encoding=layout.encoding,
        example=example,
        delimiter=layout.delimiter,
        inputs=inputs,
    )
    sample = Sample(files)
    for row in sample.rows(lambda name: read_rows(name, layout)):
        survey.add(row)
    survey.is_cut = sample.is_cut
    _check_rows(path, survey)
    return survey


def _check_arguments(path: str, columns: Sequence[str], header: bool | None) -> None:
    if printable(path) != path:
        raise ConfigError(
            f"{path}: the file name is not UTF-8, so a configuration cannot contain "
            "it; rename the file"
        )
    if columns and header:
        raise ConfigError("--columns is for files without a header; omit --header")


def _check_choice(option: str, value: str) -> None:
    """Refuses a value that the key of the same name in the data section refuses."""
    allowed = get_args(Data.model_fields[option.removeprefix("--")].annotation)
    if value not in allowed:
        names = ["tab" if name == "\t" else name for name in allowed]
        *first, last = names
        raise ConfigError(f"{option} {value}: use {', '.join(first)} or {last}")


def _check_rows(path: str, survey: Survey) -> None:
    if survey.rows:
        return
    if survey.cause:
        raise DataError(f"{path}: {survey.cause}")
    reason = f"; the first is {survey.bad}" if survey.bad else ""
    raise DataError(f"{path}: contains no row that can be read{reason}")


def _decide(
    path: str, layout: Layout, header: bool | None
) -> tuple[Sequence[str], Header]:
    """Decides on the header; also returns names for columns that have none."""
    if layout.columns or header:
        return layout.columns, Header(not layout.columns, given=True)
    first = [cell.strip() for cell in first_row(path, layout)]
    names = [f"column_{place}" for place in range(1, len(first) + 1)]
    if header is False:
        return names, Header(False, given=True)
    rows = read_rows(path, replace(layout, columns=tuple(names)))
    found = (list(row.values.values()) for row in rows if isinstance(row, Row))
    cells = list(islice(found, _HEADER_SAMPLE))
    # Joined files repeat the header, so its copies do not vote. A row that is repeated
    # more often is a row of data.
    below = [row for row in cells if [cell.strip() for cell in row] != first]
    if len(cells) - len(below) > _MOST_HEADERS * len(cells):
        below = cells[1:]
    decided = judge(first, below)
    return () if decided.present else names, decided
