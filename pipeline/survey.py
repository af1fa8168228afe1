"""Looks at a file of labelled text: which column holds the label, which the text."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from components.text_example_gen.readers import (
    BadRow,
    Layout,
    Row,
    format_of,
    read_rows,
)
from pipeline.errors import ConfigError, DataError, printable

MAX_LABELS = 1000
_HEADER_SAMPLE = 1000
_LONG_LABEL = 40
_WORDS_OF_TEXT = 3
_LABEL_NAMES = re.compile(
    r"(.*[_ -])?(label|class|category|target|topic|sentiment|desk|section|intent|y)s?"
    r"([_ -](name|text|id|index))?"
)
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*")


@dataclass
class Column:
    """What the cells of one column look like.

    Attributes:
        filled: how many cells hold something.
        words: how many words they hold together.
        longest: the length of the longest cell in characters.
        values: how often each value occurs; None above MAX_LABELS distinct ones.
    """

    filled: int = 0
    words: int = 0
    longest: int = 0
    values: Counter[str] | None = field(default_factory=Counter)

    def add(self, cell: str) -> None:
        """Counts one cell.

        Args:
            cell: its text.
        """
        cell = cell.strip()
        if not cell:
            return
        self.filled += 1
        self.words += len(cell.split())
        self.longest = max(self.longest, len(cell))
        if self.values is not None:
            self.values[cell] += 1
            if len(self.values) > MAX_LABELS:
                self.values = None

    @property
    def may_be_label(self) -> bool:
        """Few distinct values, short, each used more than once on average."""
        return (
            self.values is not None
            and 2 <= len(self.values) <= self.filled / 2
            and self.longest <= _LONG_LABEL
        )

    @property
    def may_be_text(self) -> bool:
        """Several words a cell, mostly distinct."""
        distinct = self.values is None or len(self.values) > self.filled / 2
        return distinct and self.words >= _WORDS_OF_TEXT * max(self.filled, 1)


@dataclass(frozen=True)
class Survey:
    """What one pass over a file found.

    Attributes:
        file: the file that was looked at.
        columns: what each column looks like, in the order of the file.
        rows: how many rows could be read.
        bad: the first row that could not, or None.
        bad_rows: how many could not.
        has_header: False where the file does not name its columns.
        file_format: what the person said that it is, or auto.
    """

    file: Path
    columns: dict[str, Column]
    rows: int
    bad: BadRow | None
    bad_rows: int
    has_header: bool
    file_format: str

    @property
    def label_candidates(self) -> list[str]:
        """The columns that may hold the label; only one if its name tells."""
        found = [name for name, one in self.columns.items() if one.may_be_label]
        named = [name for name in found if _LABEL_NAMES.fullmatch(name.lower())]
        return named if len(named) == 1 else found

    @property
    def one_class(self) -> str:
        """A column named like a label that holds one value only, or ""."""
        for name, one in self.columns.items():
            constant = one.values is not None and len(one.values) == 1
            if constant and _LABEL_NAMES.fullmatch(name.lower()):
                return name
        return ""

    def text_candidates(self, label: str) -> list[str]:
        """Names the columns that may hold text.

        Args:
            label: the label column, which is none of them.

        Returns:
            Names in the order of the file; the only other column if there is one.
        """
        others = [name for name in self.columns if name != label]
        found = [name for name in others if self.columns[name].may_be_text]
        return found or (others if len(others) == 1 else [])


def look(file: Path, columns: Sequence[str] = (), file_format: str = "auto") -> Survey:
    """Reads a file once and describes its columns.

    Args:
        file: CSV, TSV, JSON Lines, Parquet or TFRecord.
        columns: the names of the columns of a file without a header; where none are
            given and the first row looks like data, column_1, column_2 and so on.
        file_format: one of data.format.

    Returns:
        What was found.

    Raises:
        ConfigError: there is no such file, its name does not tell what it holds, or
            is not UTF-8.
        DataError: the file cannot be read, or no row of it can.
    """
    path = str(file)
    if not file.exists():
        raise ConfigError(f"{path}: there is no such file")
    if printable(path) != path:
        raise ConfigError(
            f"{path}: a configuration cannot hold a name that is not UTF-8; "
            "rename the file"
        )
    if file.is_dir():
        raise ConfigError(f"{path}: is a folder; name one of the files in it")
    try:
        delimited = format_of(path, file_format) in ("csv", "tsv")
    except DataError:
        raise ConfigError(
            f"{path}: its name does not tell what it holds; "
            "say it with --format csv, tsv, jsonl, parquet or tfrecord"
        ) from None
    if delimited and not columns:
        columns = _invented_names(read_rows(path, Layout(file_format)))
    elif not delimited:
        columns = ()
    survey = _pass_over(file, columns, file_format)
    if not survey.rows:
        reason = f"; the first is {survey.bad}" if survey.bad else ""
        raise DataError(f"{path}: holds no row that can be read{reason}")
    return survey


def _pass_over(file: Path, names: Sequence[str], file_format: str) -> Survey:
    columns: dict[str, Column] = {}
    rows = bad_rows = 0
    first_bad = None
    for row in read_rows(str(file), Layout(file_format, tuple(names))):
        if isinstance(row, BadRow):
            bad_rows += 1
            first_bad = first_bad or row
            continue
        rows += 1
        for name, cell in row.values.items():
            columns.setdefault(name, Column()).add(cell)
    return Survey(file, columns, rows, first_bad, bad_rows, not names, file_format)


def _invented_names(rows: Iterable[Row | BadRow]) -> list[str]:
    """Names for the columns of a delimited file whose first row looks like data."""
    good = (row.values for row in rows if isinstance(row, Row))
    head = list(islice(good, _HEADER_SAMPLE))
    names = list(head[0]) if head else []
    # A header that stands in the file twice, as in files put together, is no data.
    cells = [row for row in head if any(row[name] != name for name in names)]
    if not any(_is_data(name, cells) for name in names):
        return []
    return [f"column_{place}" for place in range(1, len(names) + 1)]


def _is_data(name: str, rows: list[dict[str, str]]) -> bool:
    """A number, or a value that occurs again in its own column."""
    return bool(_NUMBER.fullmatch(name)) or (
        name != "" and any(row[name].strip() == name for row in rows)
    )
