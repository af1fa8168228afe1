"""What a reader yields: a row that can be used, or one that cannot and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from newsdesk.errors import printable
from newsdesk.rows.nested import Nested

MAX_CONTENT = 500


@dataclass(frozen=True)
class Row:
    """One record of a file.

    Attributes:
        file: the path as it was given to the reader, in printable characters.
        number: the line on which the row starts where the format has lines, else
            the number of the record; both start at 1.
        values: the cells by column name, as text; an empty cell is "". A cell that
            holds a list or an object is left out.
        lines: how many lines of the file it takes.
        nested: what those cells hold, by column name.
    """

    file: str
    number: int
    values: dict[str, str]
    lines: int = field(default=1, compare=False)
    nested: dict[str, Nested] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        """Makes the path printable, because it is shown and never opened."""
        _make_printable(self)


@dataclass(frozen=True)
class BadRow:
    """A record that cannot be used.

    Attributes:
        file: the path as it was given to the reader, in printable characters.
        number: counted as in Row.
        reason: what is wrong with it, for a person to read.
        content: the beginning of the record, at most MAX_CONTENT characters.
        lines: counted as in Row.
    """

    file: str
    number: int
    reason: str
    content: str
    lines: int = field(default=1, compare=False)

    def __post_init__(self) -> None:
        """Makes the path printable, because it is shown and never opened."""
        _make_printable(self)

    def __str__(self) -> str:
        return f"{self.file}:{self.number}: {self.reason}"


def _make_printable(row: Row | BadRow) -> None:
    if not row.file.isascii():
        object.__setattr__(row, "file", printable(row.file))


def clip(content: str | bytes) -> str:
    """Cuts what is kept of a bad row, and makes it printable in UTF-8.

    Args:
        content: the record; bytes that are not UTF-8 are shown as \\xNN.

    Returns:
        At most MAX_CONTENT characters.
    """
    if isinstance(content, str):
        return printable(content[:MAX_CONTENT])[:MAX_CONTENT]
    text = content[: 4 * MAX_CONTENT].decode("utf-8", "backslashreplace")
    return text[:MAX_CONTENT]


def checked(
    file: str,
    number: int,
    values: Mapping[str, str | bytes | Nested | None],
    strict: bool = True,
) -> Row | BadRow:
    """Makes a row of cells, unless one of them is not text.

    Args:
        file: where the record stands.
        number: its number there.
        values: the cells by column; None for one that is left out.
        strict: False leaves out a cell that is not text instead.

    Returns:
        The row, or the bad row if a cell is not UTF-8 or holds a NUL.
    """
    cells: dict[str, str] = {}
    nested: dict[str, Nested] = {}
    for column, value in values.items():
        if value is None:
            continue
        if isinstance(value, Nested):
            nested[column] = value
            continue
        try:
            # Encoding fails for a lone surrogate, which JSON can express.
            raw = value if isinstance(value, bytes) else value.encode()
            cells[column] = raw.decode()
        except UnicodeError:
            if not strict:
                continue
            reason = f"column {column!r} is not valid UTF-8"
            return BadRow(file, number, reason, _shown(value))
        if "\0" in cells[column]:
            if not strict:
                del cells[column]
                continue
            reason = f"column {column!r} holds a NUL character"
            return BadRow(file, number, reason, _shown(value))
    return Row(file, number, cells, nested=nested)


def _shown(value: str | bytes) -> str:
    if isinstance(value, str):
        value = value[:MAX_CONTENT].encode("utf-8", "backslashreplace")
    return clip(value)
