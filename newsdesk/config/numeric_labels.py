"""Labels that are numbers, which are compared with cells by value, not by position.

Programs write the same label as 1, 1.0 or +1.
"""

import re
from collections.abc import Iterable
from decimal import Decimal

# Without an exponent: a name such as 2E4 is more often a code than a number.
_NAME = re.compile(r"[+-]?(\d{1,50}(\.\d{0,50})?|\.\d{1,50})", re.ASCII)
_DIGITS = re.compile(r"\d{1,50}")
_TRUTH = {"false": 0, "no": 0, "true": 1, "yes": 1}
# With an exponent, because Python and pandas write large floats as 1e+16.
_CELL = re.compile(rf"({_NAME.pattern})(e[+-]?\d{{1,3}})?", re.ASCII | re.IGNORECASE)


def name_value(name: str) -> Decimal | None:
    """Reads the name of a label as a number.

    Args:
        name: from `data.labels`.

    Returns:
        Its exact value; None for a name that is not a plain decimal number of ASCII
        digits, such as `nan`, `1e0`, `1,000` or `1_000`.
    """
    return Decimal(name) if _NAME.fullmatch(name) else None


def cell_value(cell: str) -> Decimal | None:
    """Reads the cell of a label column as a number.

    Args:
        cell: the cell, without the space around it.

    Returns:
        Its exact value, as for a name, but with an exponent allowed: `1e0` is 1.
    """
    return Decimal(cell) if _CELL.fullmatch(cell) else None


def by_value(labels: Iterable[str]) -> dict[Decimal, int]:
    """Finds the labels that are numbers.

    Args:
        labels: the names of the classes, in order.

    Returns:
        Maps the value of each to its index; empty if no name is a number.
    """
    values = ((name_value(name), index) for index, name in enumerate(labels))
    return {value: index for value, index in values if value is not None}


def same_value(labels: Iterable[str]) -> tuple[str, str] | None:
    """Finds two labels that are the same number.

    Args:
        labels: the names of the classes.

    Returns:
        The first two names with the same value, such as 1 and 1.0, or None.
    """
    seen: dict[Decimal, str] = {}
    for name in labels:
        if (value := name_value(name)) is None:
            continue
        if value in seen:
            return seen[value], name
        seen[value] = name
    return None


def no_position(labels: Iterable[str], first: int) -> str:
    """Finds a name that contains another number than its position.

    Args:
        labels: the names of the classes, in order.
        first: the position of the first label.

    Returns:
        The first such name, for example `2 stars`, `2,5` or `true` (1) at position 0.
        It shows that whole numbers in cells are not positions. "" if there is none.
    """
    for position, name in enumerate(labels, first):
        numbers = {int(digits) for digits in _DIGITS.findall(name)}
        if name.casefold() in _TRUTH:
            numbers.add(_TRUTH[name.casefold()])
        if numbers - {position}:
            return name
    return ""
