"""Describes cells that contain a list or an object instead of one value."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

_MAX_PATHS = 20
_MAX_DEPTH = 20


class Nested(NamedTuple):
    """The shape of a list or an object in a cell.

    Attributes:
        size: how many values a list has; None for an object.
        paths: the values of an object, such as ("text", "meta.source").
    """

    size: int | None
    paths: tuple[str, ...] = ()

    @classmethod
    def of(cls, value: list[Any] | dict[str, Any]) -> "Nested":
        """Describes a list or an object.

        Args:
            value: as parsed from JSON.

        Returns:
            The description.
        """
        if isinstance(value, list):
            return cls(len(value))
        return cls(None, tuple(islice(_leaves(value), _MAX_PATHS)))


def explain(column: str, nested: Mapping[str, Nested]) -> str:
    """Explains what a column contains instead of one value, and what to do.

    Args:
        column: the column that is needed.
        nested: the lists and objects of a row, by column.

    Returns:
        A sentence without the row; "" if the column is not in a list or an object.
    """
    if column in nested:
        return _described(column, nested[column])
    for outer, found in nested.items():
        for path in found.paths:
            full = f"{outer}.{path}"
            if column in (full, path, path.rpartition(".")[2]):
                return (
                    f"column {column!r} is missing, but there is {full} inside an "
                    f"object; {_flat(full)}"
                )
    return ""


def _described(column: str, found: Nested) -> str:
    if found.size is None:
        inside = [f"{column}.{path}" for path in found.paths]
        what = f"column {column!r} contains an object"
        if not inside:
            return f"{what}; write one text or number instead"
        return f"{what} ({', '.join(inside[:5])}); {_flat(inside[0])}"
    if found.size == 1:
        return (
            f"column {column!r} contains a list of one value; write the value itself: "
            f'"{column}": "x", not "{column}": ["x"]'
        )
    return (
        f"column {column!r} contains a list of {found.size} values instead of one "
        "value; write one value per row, or a column for each value"
    )


def _flat(path: str) -> str:
    name = path.rpartition(".")[2]
    return f"write {path} as a separate column, such as {name!r}"


def _leaves(value: dict[str, Any], depth: int = 0) -> Iterator[str]:
    for name, inner in value.items():
        if isinstance(inner, dict) and depth < _MAX_DEPTH:
            yield from (f"{name}.{path}" for path in _leaves(inner, depth + 1))
        else:
            yield name
