"""Turns the columns of Arrow into the text of cells."""

from typing import Any, NamedTuple

from newsdesk.rows.csv_lines import MAX_CELL
from newsdesk.rows.row import MAX_CONTENT, clip

# A character has at most four bytes in UTF-8.
_MAX_BYTES = 4 * MAX_CELL
_TOO_LONG = f"is longer than {MAX_CELL:,} characters"

Cell = str | list[Any] | None
"""Text, in which bytes that are not UTF-8 are surrogate escapes; `[size, paths]` for a
list or an object; None for a cell that is left out."""


class Fault(NamedTuple):
    """Why a cell has no text.

    Attributes:
        reason: what is wrong; messages put the name of the column before it.
        content: the part of the cell that can be shown.
    """

    reason: str
    content: str


class Cells(NamedTuple):
    """The cells of one column.

    Attributes:
        texts: one cell per row.
        faults: the faults by the index of the row; the text of such a row is None.
    """

    texts: list[Cell]
    faults: dict[int, Fault]


def plain(column: Any) -> Any:
    """Replaces a dictionary by its values, and an extension type by its storage.

    Args:
        column: a `pyarrow.Array`.

    Returns:
        An array whose size in memory is the size of its values.
    """
    from pyarrow import types

    if hasattr(column.type, "storage_type"):
        return plain(column.storage)
    if types.is_dictionary(column.type):
        return plain(column.dictionary.take(column.indices))
    return column


def cells_of(column: Any) -> Cells:
    """Makes the text of each cell; numbers become text, null and NaN empty text.

    Args:
        column: a `pyarrow.Array` that `plain` returned.

    Returns:
        The cells.
    """
    from pyarrow import types

    # pyarrow 10 does not count lists of a fixed size as nested.
    if types.is_nested(column.type) or types.is_fixed_size_list(column.type):
        return Cells(_shapes(column), {})
    if _is_binary(column.type):
        return _of_binary(column)
    return _of_values(column)


def _is_binary(kind: Any) -> bool:
    # Older versions of pyarrow have no predicate for views of strings, only the name.
    names = ("string", "large_string", "string_view", "binary", "large_binary")
    return str(kind) in (*names, "binary_view") or str(kind).startswith("fixed_size_b")


def _of_binary(column: Any) -> Cells:
    cells = Cells([], {})
    for index, scalar in enumerate(column):
        # A buffer is not a copy, so a huge cell takes no memory before it is refused.
        buffer = scalar.as_buffer()
        if buffer is None:
            cells.texts.append("")
            continue
        raw = buffer.slice(0, MAX_CONTENT) if buffer.size > _MAX_BYTES else buffer
        text = raw.to_pybytes().decode("utf-8", "surrogateescape")
        if buffer.size > _MAX_BYTES or len(text) > MAX_CELL:
            cells.faults[index] = Fault(_TOO_LONG, clip(text))
            cells.texts.append(None)
        else:
            cells.texts.append(text)
    return cells


def _of_values(column: Any) -> Cells:
    try:
        return Cells([_text(value) for value in column.to_pylist()], {})
    except Exception:
        # One value that Python cannot express fails the whole column.
        return _one_by_one(column)


def _one_by_one(column: Any) -> Cells:
    cells = Cells([], {})
    for index, scalar in enumerate(column):
        try:
            cells.texts.append(_text(scalar.as_py()))
        except Exception as error:
            message = str(error).partition("\n")[0] or type(error).__name__
            reason = f"contains a {column.type} that cannot be read: {message}"
            cells.faults[index] = Fault(reason, _number(scalar))
            cells.texts.append(None)
    return cells


def _number(scalar: Any) -> str:
    """Returns the number that stores a date, time or duration."""
    value = getattr(scalar, "value", None)
    return str(value) if isinstance(value, int) else ""


def _text(value: Any) -> str:
    # pandas writes a missing number as NaN, which is the only value unequal to itself.
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _shapes(column: Any) -> list[Cell]:
    """Describes lists and objects without their values, which may be large."""
    from pyarrow import compute, types

    valid = column.is_valid().to_pylist()
    if types.is_struct(column.type):
        paths = _paths(column.type)
        return [[None, paths] if is_valid else None for is_valid in valid]
    if types.is_list(column.type) or types.is_large_list(column.type):
        sizes = compute.list_value_length(column).to_pylist()
        return [None if size is None else [size, []] for size in sizes]
    size = getattr(column.type, "list_size", None)
    return [[size, []] if is_valid else None for is_valid in valid]


def _paths(struct: Any) -> list[str]:
    from pyarrow import types

    paths: list[str] = []
    for field in struct:
        if types.is_struct(field.type):
            paths += [f"{field.name}.{path}" for path in _paths(field.type)]
        else:
            paths.append(field.name)
    return paths
