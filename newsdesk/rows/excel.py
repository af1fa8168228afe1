"""Recognizes the first line with which Excel names the delimiter of a CSV file."""

import re

_LINE = re.compile(r"\"?sep=(.)\"?[ ,;\t]*", re.IGNORECASE)


def separator_of(line: str) -> str:
    """Reads the delimiter from a line such as `sep=;`.

    Args:
        line: the first line of a file, with or without its line end.

    Returns:
        The delimiter; "" for any other line.
    """
    found = _LINE.fullmatch(line.rstrip("\r\n"))
    return found[1] if found else ""
