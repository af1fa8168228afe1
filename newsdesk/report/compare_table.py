"""Formats the comparison of two runs for a terminal."""

import math
from collections.abc import Sequence

from newsdesk.escaping import one_line
from newsdesk.report.compare import Line, Value

_MISSING = "–"
# Sections whose numbers are shares and need four digits.
_SHARES = ("figures", "classes")


def rows(lines: Sequence[Line]) -> list[list[str]]:
    """Formats a comparison as rows of a table.

    Args:
        lines: from `compare`.

    Returns:
        Name, first run, second run and change of each line; the first row has the names
        of both runs. No cell can control the terminal.
    """
    run, *others = lines
    heads = ["", str(run.first), str(run.second), "change"]
    cells = [[_name(line), *_values(line), _change(line)] for line in others]
    return [[one_line(cell) for cell in row] for row in [heads, *cells]]


def _name(line: Line) -> str:
    if line.section == "classes":
        return f"F1 of {line.name}"
    return f"seconds of {line.name}" if line.section == "seconds" else line.name


def _values(line: Line) -> list[str]:
    return [_number(line, value) for value in (line.first, line.second)]


def _change(line: Line) -> str:
    if not line.change or not math.isfinite(line.change):
        return ""
    text = ("+" if line.change > 0 else "") + _number(line, line.change)
    if line.margin is None or not math.isfinite(line.margin):
        return text
    return f"{text} ± {_number(line, line.margin)}"


def _number(line: Line, value: Value) -> str:
    if value is None:
        return _MISSING
    if isinstance(value, int | str):
        return value if isinstance(value, str) else f"{value:,}"
    return f"{value:.4f}" if line.section in _SHARES else f"{value:,.1f}"
