"""Surveys a file of labelled text in one pass, with or without a header."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from newsdesk.errors import ConfigError, DataError, printable
from newsdesk.rows.folders import explain_partitions
from newsdesk.rows.readers import (
    Layout,
    Row,
    check_delimiter,
    first_row,
    format_of,
    read_rows,
)
from pipeline.init.header import Header, judge
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
) -> Survey:
    """Reads a file once and surveys its columns.

    Args:
        file: CSV, TSV, JSON Lines, Parquet or TFRecord.
        columns: the names of the columns of a CSV or TSV file without a header.
        file_format: one of data.format.
        header: whether the first row of a CSV or TSV file names the columns; None to
            decide from the rows. Columns without names get the names column_1,
            column_2, ...
        quoting: what quotes mean in a CSV or TSV file, one of data.quoting.

    Returns:
        The survey.

    Raises:
        ConfigError: the file does not exist, its name does not show its format, or the
            arguments contradict each other.
        DataError: the file cannot be read, or none of its rows can.
    """
    path = str(file)
    if not file.exists():
        raise ConfigError(f"{path}: there is no such file")
    if printable(path) != path:
        raise ConfigError(
            f"{path}: the file name is not UTF-8, so a configuration cannot contain "
            "it; rename the file"
        )
    if file.is_dir():
        raise ConfigError(
            explain_partitions(path) or f"{path}: is a folder; name one of its files"
        )
    if quoting not in ("auto", "standard", "none"):
        raise ConfigError(f"--quoting {quoting}: use auto, standard or none")
    if columns and header:
        raise ConfigError("--columns is for files without a header; omit --header")
    try:
        delimited = format_of(path, file_format) in ("csv", "tsv")
    except DataError:
        raise ConfigError(
            f"{path}: its name does not say which format it has; "
            "add --format csv, tsv, jsonl, parquet or tfrecord"
        ) from None
    if not delimited:
        columns, decided = (), None
    else:
        check_delimiter(path, Layout(file_format, tuple(columns)))
        layout = Layout(file_format, tuple(columns), quoting)
        columns, decided = _decide(path, layout, header)
    survey = Survey(
        file, {}, 0, None, 0, not columns, file_format, decided, quoting=quoting
    )
    for row in read_rows(path, survey.layout_of(columns)):
        survey.add(row)
    if not survey.rows:
        if survey.cause:
            raise DataError(f"{path}: {survey.cause}")
        reason = f"; the first is {survey.bad}" if survey.bad else ""
        raise DataError(f"{path}: contains no row that can be read{reason}")
    return survey


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
