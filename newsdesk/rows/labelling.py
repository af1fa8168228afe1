"""Turns a row into text, label and slices, or into a bad row with the reason."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from newsdesk.config import numeric_labels
from newsdesk.config.data import Data
from newsdesk.errors import DataError
from newsdesk.rows import folders, nested
from newsdesk.rows.listed import listed
from newsdesk.rows.row import BadRow, Row, clip
from newsdesk.rows.split_names import split_named

_SEPARATORS = re.compile(r"[,;|]")
_POSITION = re.compile(r"[+-]?\d{1,9}(\.0*)?", re.ASCII)
_LISTED = 20


@dataclass(frozen=True)
class Labelled:
    """The text, the number of the label, and the slice columns of a row.

    Attributes:
        text: the joined text columns.
        label: the number of the class.
        slices: the cells of the slice columns.
        merged: the label of the row if it was merged into another, otherwise "".
        split: what data.split_column says; "" without such a column.
    """

    text: str
    label: int
    slices: dict[str, str]
    merged: str = field(default="", compare=False)
    split: str = ""


@dataclass(frozen=True)
class LeftOut:
    """A good row that is not used, because its label is in data.drop_labels."""

    label: str


@dataclass(frozen=True)
class Labelling:
    """The columns and labels of the data section, and how they apply to a row."""

    text_columns: tuple[str, ...]
    label_column: str
    labels: tuple[str, ...]
    first_label: int = 0
    slice_columns: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    merged_into: Mapping[str, str] = field(default_factory=dict)
    split_column: str = ""
    splits: tuple[str, ...] = ()

    @classmethod
    def of(cls, data: Data) -> "Labelling":
        """Makes the rules from the configuration.

        Args:
            data: the data section.

        Returns:
            The rules for the rows of its files.
        """
        return cls(
            text_columns=tuple(data.text_columns),
            label_column=data.label_column,
            labels=tuple(data.listed_labels),
            first_label=data.first_label,
            slice_columns=tuple(data.slice_columns),
            classes=tuple(data.labels),
            merged_into={
                name: target
                for target, names in data.merge_labels.items()
                for name in names
            },
            split_column=data.split_column or "",
            splits=tuple(data.named_splits or ()),
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that a row must have."""
        found = (*self.text_columns, self.label_column, *self.slice_columns)
        return (*found, self.split_column) if self.split_column else found

    def apply(self, row: Row) -> Labelled | LeftOut | BadRow:
        """Reads text, label and slices from a row.

        The label, without the space around it, is compared with the names, and then by
        value with the names that are numbers. If no name is a number, and no name
        contains another number than its position, a whole number is a position,
        counted from first_label; "3.0" is the number 3.

        Args:
            row: the cells by column.

        Returns:
            The labelled row, a row that is left out, or a bad row with the reason.
        """
        values = row.values
        fault = missing_cell(row, self.columns)
        if not fault and is_header(row, self.columns):
            fault = "is a header, not a row: each cell is the name of its column"
        text = "" if fault else joined(values, self.text_columns)
        if not fault and not is_visible(text):
            fault = f"the text is empty ({', '.join(self.text_columns)})"
        label = None if fault else self._number(values[self.label_column].strip())
        if not fault and label is None:
            fault = self._unknown(values[self.label_column])
        split = ""
        if not fault and self.split_column:
            split = split_named(values[self.split_column])
            if split not in self.splits:
                fault = self._unknown_split(values[self.split_column])
        if fault or label is None:
            content = json.dumps(values, ensure_ascii=False)
            return BadRow(row.file, row.number, fault, clip(content))
        slices = {column: values[column] for column in self.slice_columns}
        name = self.labels[label]
        target = self.merged_into.get(name, name)
        if target not in self._classes:
            return LeftOut(name)
        merged = name if target != name else ""
        return Labelled(text, self._classes[target], slices, merged, split)

    @cached_property
    def _classes(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self.classes or self.labels)}

    @cached_property
    def _names(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self.labels)}

    @cached_property
    def _numbers(self) -> dict[Decimal, int]:
        return numeric_labels.by_value(self.labels)

    @cached_property
    def _no_position(self) -> str:
        return numeric_labels.no_position(self.labels, self.first_label)

    def _number(self, cell: str) -> int | None:
        if cell in self._names:
            return self._names[cell]
        if self._numbers:
            value = numeric_labels.cell_value(cell)
            return None if value is None else self._numbers.get(value)
        if self._no_position or not _POSITION.fullmatch(cell):
            return None
        number = int(cell.partition(".")[0]) - self.first_label
        return number if 0 <= number < len(self.labels) else None

    def _unknown_split(self, value: str) -> str:
        shown = value if len(value) <= 40 else value[:37] + "..."
        return (
            f"unknown split {shown!r} in {self.split_column!r}; the splits of this run "
            f"are {', '.join(self.splits)}"
        )

    def _unknown(self, value: str) -> str:
        if not value.strip():
            return f"the label is empty ({self.label_column})"
        shown = value if len(value) <= 40 else value[:37] + "..."
        parts = [part.strip() for part in _SEPARATORS.split(value)]
        if len(parts) > 1 and all(part in self._names for part in parts):
            return (
                f"the label {shown!r} consists of {len(parts)} labels, but a row has "
                "one; keep one label per row"
            )
        allowed = ", ".join(self.labels[:_LISTED])
        if len(self.labels) > _LISTED:
            allowed += f", ... ({len(self.labels)} labels)"
        last = self.first_label + len(self.labels) - 1
        if self._numbers:
            how = "; numbers are compared by value"
        elif self._no_position:
            name = self._no_position
            how = f"; positions do not count, because {name!r} contains another number"
        else:
            how = f", or their positions {self.first_label} to {last}"
        return f"unknown label {shown!r}; the labels are {allowed}{how}"


def joined(values: Mapping[str, str], columns: Sequence[str]) -> str:
    """Joins the text columns of a row to the text that the model gets.

    Args:
        values: the cells by column.
        columns: the text columns; each must be among the cells.

    Returns:
        The cells joined by one space, without space at the beginning and the end.
    """
    return " ".join(values[column] for column in columns).strip()


def is_visible(text: str) -> bool:
    """Returns whether a text has a visible character.

    Args:
        text: any text.

    Returns:
        False if the text has only spaces, control characters and characters without
        width, or nothing.
    """
    return any(char.isprintable() and not char.isspace() for char in text)


def missing_cell(row: Row, columns: Sequence[str]) -> str:
    """Explains which column a row lacks.

    Args:
        row: the cells by column.
        columns: the required columns.

    Returns:
        The first missing column, or what it contains instead of one value; "" if the
        row has all columns.
    """
    for column in columns:
        if column not in row.values:
            instead = nested.explain(column, row.nested)
            return instead or f"column {column!r} is missing"
    return ""


def is_header(row: Row, columns: Sequence[str]) -> bool:
    """Recognizes a header between the rows, as in files that were joined.

    Args:
        row: the cells by column; it has all columns.
        columns: the columns to compare. With a single column, no row is a header,
            because a text may equal the name of its column.

    Returns:
        Whether every cell is the name of its column.
    """
    return len(columns) > 1 and all(
        row.values[name].strip() == name for name in columns
    )


def check_columns(file: str, found: Sequence[str], required: Sequence[str]) -> None:
    """Refuses a file that lacks a required column.

    Args:
        file: the path for the message.
        found: the columns that every row has; empty if they are not known.
        required: the required columns.

    Raises:
        DataError: a column is missing; lists the missing columns and those of the file.
    """
    missing = [column for column in required if column not in found]
    if not found or not missing:
        return
    partitioned = folders.explain_partition(file, missing[0])
    if partitioned:
        raise DataError(partitioned)
    raise DataError(
        f"{file}: has no column {listed(missing)}; its columns are "
        f"{listed(found)}. Set data.text_columns and data.label_column, "
        "or data.columns if the file has no header"
    )
