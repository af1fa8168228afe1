"""The results of a reader: good rows, and bad rows with a reason."""

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
        number: the line on which the row starts if the format has lines, otherwise the
            number of the record; both start at 1.
        values: the cells by column name, as text; an empty cell is "". Lists and
            objects are left out.
        lines: how many lines of the file the row covers.
        nested: the lists and objects, by column name.
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
        file: as in Row.
        number: as in Row.
        reason: what is wrong with the record, for a person to read.
        content: the beginning of the record, at most MAX_CONTENT characters.
        lines: as in Row.
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
    """Cuts the content of a bad row, and makes it printable in UTF-8.

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
    """Makes a row from cells, or a bad row if a cell is not text.

    Args:
        file: the file of the record.
        number: the number of the record in the file.
        values: the cells by column; None for a cell that is left out.
        strict: if False, leave out cells that are not text.

    Returns:
        The row, or a bad row if a cell is not UTF-8 or contains a NUL.
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
            # JSON can contain a lone surrogate, which cannot be encoded.
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
            reason = f"column {column!r} contains a NUL character"
            return BadRow(file, number, reason, _shown(value))
    return Row(file, number, cells, nested=nested)


def _shown(value: str | bytes) -> str:
    if isinstance(value, str):
        value = value[:MAX_CONTENT].encode("utf-8", "backslashreplace")
    return clip(value)
