"""Labels that are numbers: cells are compared with them by value, never by position.

The same label is written 1, 1.0 or +1, depending on the program that wrote the file.
"""

import re
from collections.abc import Iterable
from decimal import Decimal

# Without an exponent: a name such as 2E4 is more often a code than a number.
_NAME = re.compile(r"[+-]?(\d{1,50}(\.\d{0,50})?|\.\d{1,50})", re.ASCII)
# With one, because 1e+16 is how Python and pandas write large floats.
_DIGITS = re.compile(r"\d{1,50}")
_TRUTH = {"false": 0, "no": 0, "true": 1, "yes": 1}
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
        cell: without the space around it.

    Returns:
        Its exact value, as for a name, but an exponent is allowed: `1e0` is 1.
    """
    return Decimal(cell) if _CELL.fullmatch(cell) else None


def by_value(labels: Iterable[str]) -> dict[Decimal, int]:
    """Finds the labels that are numbers.

    Args:
        labels: the names of the classes, in order.

    Returns:
        The index of each by its value; empty where no name is a number.
    """
    values = ((name_value(name), index) for index, name in enumerate(labels))
    return {value: index for value, index in values if value is not None}


def same_value(labels: Iterable[str]) -> tuple[str, str] | None:
    """Looks for two labels that cells could not tell apart.

    Args:
        labels: the names of the classes.

    Returns:
        The first two names with one value, such as 1 and 1.0; None if there are none.
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
    """Looks for a name that says another number than its position.

    Args:
        labels: the names of the classes, in order.
        first: the position of the first.

    Returns:
        The first name such as `2 stars`, `2,5` or `true` (which is 1) that stands
        elsewhere, so that whole numbers are not meant as positions; "" if there is
        none.
    """
    for place, name in enumerate(labels, first):
        numbers = {int(digits) for digits in _DIGITS.findall(name)}
        if name.casefold() in _TRUTH:
            numbers.add(_TRUTH[name.casefold()])
        if numbers - {place}:
            return name
    return ""
