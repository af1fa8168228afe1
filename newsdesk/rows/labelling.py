"""Turns a row into text, label and slices, or says why that cannot be."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from newsdesk.config import numeric_labels
from newsdesk.config.sections import Data
from newsdesk.errors import DataError
from newsdesk.rows import folders, nested
from newsdesk.rows.row import BadRow, Row, clip

_SEPARATORS = re.compile(r"[,;|]")
_POSITION = re.compile(r"[+-]?\d{1,9}(\.0*)?", re.ASCII)
_LISTED = 20


@dataclass(frozen=True)
class Labelled:
    """What a row says: its text, the place of its label, its slice columns."""

    text: str
    label: int
    slices: dict[str, str]


@dataclass(frozen=True)
class Labelling:
    """Which columns hold what; the same fields as in the data section."""

    text_columns: tuple[str, ...]
    label_column: str
    labels: tuple[str, ...]
    first_label: int = 0
    slice_columns: tuple[str, ...] = ()

    @classmethod
    def of(cls, data: Data) -> "Labelling":
        """Takes what it needs from the configuration.

        Args:
            data: the data section.

        Returns:
            The rules for its rows.
        """
        return cls(
            text_columns=tuple(data.text_columns),
            label_column=data.label_column,
            labels=tuple(data.labels),
            first_label=data.first_label,
            slice_columns=tuple(data.slice_columns),
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that a row must have."""
        return (*self.text_columns, self.label_column, *self.slice_columns)

    def apply(self, row: Row) -> Labelled | BadRow:
        """Reads text, label and slices out of a row.

        Args:
            row: the cells by column.

        Returns:
            What the row says, or the bad row with the reason. A label is matched
            without the space around it: as a name, then by value with the names that
            are numbers. Where no name is a number, or says another number than its
            position, a whole number is a position, counted from first_label; "3.0"
            is the number 3.
        """
        values = row.values
        fault = missing_cell(row, self.columns)
        if not fault and is_header(row, self.columns):
            fault = "is a header, not a row: its cells are the names of the columns"
        text = "" if fault else joined(values, self.text_columns)
        if not fault and not is_visible(text):
            fault = f"the text is empty ({', '.join(self.text_columns)})"
        label = None if fault else self._place(values[self.label_column].strip())
        if not fault and label is None:
            fault = self._unknown(values[self.label_column])
        if label is None:
            content = json.dumps(values, ensure_ascii=False)
            return BadRow(row.file, row.number, fault, clip(content))
        slices = {column: values[column] for column in self.slice_columns}
        return Labelled(text, label, slices)

    @cached_property
    def _names(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self.labels)}

    @cached_property
    def _numbers(self) -> dict[Decimal, int]:
        return numeric_labels.by_value(self.labels)

    @cached_property
    def _no_position(self) -> str:
        return numeric_labels.no_position(self.labels, self.first_label)

    def _place(self, cell: str) -> int | None:
        if cell in self._names:
            return self._names[cell]
        if self._numbers:
            value = numeric_labels.cell_value(cell)
            return None if value is None else self._numbers.get(value)
        if self._no_position or not _POSITION.fullmatch(cell):
            return None
        place = int(cell.partition(".")[0]) - self.first_label
        return place if 0 <= place < len(self.labels) else None

    def _unknown(self, value: str) -> str:
        if not value.strip():
            return f"the label is empty ({self.label_column})"
        shown = value if len(value) <= 40 else value[:37] + "..."
        parts = [part.strip() for part in _SEPARATORS.split(value)]
        if len(parts) > 1 and all(part in self._names for part in parts):
            return (
                f"the label {shown!r} is {len(parts)} labels, and a text gets one; "
                "keep one label per row"
            )
        allowed = ", ".join(self.labels[:_LISTED])
        if len(self.labels) > _LISTED:
            allowed += f", ... ({len(self.labels)} labels)"
        last = self.first_label + len(self.labels) - 1
        if self._numbers:
            how = "; numbers are compared by value"
        elif self._no_position:
            name = self._no_position
            how = f"; no number is a position, because {name!r} says another number"
        else:
            how = f", or their positions {self.first_label} to {last}"
        return f"unknown label {shown!r}; allowed are {allowed}{how}"


def joined(values: Mapping[str, str], columns: Sequence[str]) -> str:
    """Joins the text columns of a row as the model sees them.

    Args:
        values: the cells by column.
        columns: the text columns; each must be among the cells.

    Returns:
        The columns joined by one space, without space at either end.
    """
    return " ".join(values[column] for column in columns).strip()


def is_visible(text: str) -> bool:
    """Tells whether there is anything to read.

    Args:
        text: any text.

    Returns:
        False for text that is empty or only of spaces, controls and characters
        without width.
    """
    return any(one.isprintable() and not one.isspace() for one in text)


def missing_cell(row: Row, columns: Sequence[str]) -> str:
    """Names the first column that a row lacks.

    Args:
        row: the cells by column.
        columns: those that must be there.

    Returns:
        What is missing, or what the column holds instead of one value, or "".
    """
    for column in columns:
        if column not in row.values:
            instead = nested.explain(column, row.nested)
            return instead or f"column {column!r} is missing"
    return ""


def is_header(row: Row, columns: Sequence[str]) -> bool:
    """Tells a header that stands among the rows, as in files that were joined.

    Args:
        row: the cells by column; it has all columns.
        columns: at least two, because a single text may equal its column's name.

    Returns:
        Whether every cell is the name of its column.
    """
    return len(columns) > 1 and all(
        row.values[name].strip() == name for name in columns
    )


def check_columns(file: str, found: Sequence[str], wanted: Sequence[str]) -> None:
    """Refuses a file that lacks a column altogether.

    Args:
        file: the path to name.
        found: the columns that every row has; empty if that is not known.
        wanted: the columns that must be there.

    Raises:
        DataError: names what is missing, what is there, and how to go on.
    """
    missing = [column for column in wanted if column not in found]
    if not found or not missing:
        return
    partitioned = folders.explain_partition(file, missing[0])
    if partitioned:
        raise DataError(partitioned)
    shown = [name if len(name) <= 40 else name[:37] + "..." for name in found[:20]]
    raise DataError(
        f"{file}: has no column {', '.join(map(repr, missing))}; its columns are "
        f"{', '.join(map(repr, shown))}; set data.text_columns and data.label_column, "
        "or data.columns if the file has no header"
    )
