"""JSON Lines: one object a line."""

import json
from collections.abc import Iterator
from typing import Any

from components.text_example_gen.lines import Line, read_lines
from components.text_example_gen.rows import BadRow, Row, checked, clip
from pipeline.errors import DataError


def read(file: str) -> Iterator[Row | BadRow]:
    """Reads a JSON Lines file; blank lines are no rows.

    Numbers keep the digits they are written with, true and false are those words,
    null is an empty cell.

    Args:
        file: a local path, plain or gzip.

    Yields:
        Rows in the order of the file.

    Raises:
        DataError: the file cannot be read, or is one JSON array.
    """
    for line in read_lines(file):
        if line.number == 1 and line.text.lstrip().startswith("["):
            raise DataError(
                f"{file}: is a JSON array; write one object a line (JSON Lines)"
            )
        if line.text.strip():
            yield _row(file, line)


def _row(file: str, line: Line) -> Row | BadRow:
    values: Any = None
    fault = line.fault
    if not fault:
        try:
            values = json.loads(
                line.text, parse_int=str, parse_float=str, parse_constant=str
            )
        except json.JSONDecodeError as error:
            fault = f"is not JSON at character {error.colno}: {error.msg}"
        except RecursionError:
            fault = "is nested too deeply"
    if not fault and not isinstance(values, dict):
        fault = "is not a JSON object"
    if fault:
        return BadRow(file, line.number, fault, clip(line.text))
    cells = {key.strip(): _cell(value) for key, value in values.items()}
    return checked(file, line.number, cells)


def _cell(value: object) -> str | None:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None
