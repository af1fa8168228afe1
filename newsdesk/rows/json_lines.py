"""Reads JSON Lines files, which have one object per line."""

import json
from collections.abc import Collection, Iterator
from typing import Any

from newsdesk.errors import DataError
from newsdesk.rows.json_forms import explain_json
from newsdesk.rows.lines import Line, LineCount, is_damaged, read_lines
from newsdesk.rows.nested import Nested
from newsdesk.rows.part import Part
from newsdesk.rows.row import BadRow, Row, checked, clip


def read(
    file: str,
    needed: Collection[str] | None = None,
    count: LineCount | None = None,
    encoding: str = "auto",
    part: Part | None = None,
) -> Iterator[Row | BadRow]:
    """Reads a JSON Lines file, and skips blank lines.

    Numbers keep their digits, and true and false become words. null becomes an empty
    cell, and so does NaN, which pandas writes for a missing number.

    Args:
        file: a local path, plain, gzip or Zstandard.
        needed: the columns to read and to check; None for all.
        count: gets the number of lines of each kind.
        encoding: a value of `data.encoding`.
        part: which rows to read; None for all.

    Yields:
        Rows in the order of the file.

    Raises:
        DataError: the file cannot be read, or is JSON of another form.
    """
    count = LineCount() if count is None else count
    other_form = explain_json(file, encoding)
    if other_form:
        raise DataError(other_form)
    for line in read_lines(file, count, encoding, part):
        if line.text.strip():
            yield _row(file, line, needed)
        else:
            count.blank += 1


def _row(file: str, line: Line, needed: Collection[str] | None) -> Row | BadRow:
    values, fault = _parsed(line)
    if not fault and not isinstance(values, dict):
        fault = "is not a JSON object"
    # A fault of the line is the cause of the wrong JSON, so it comes first.
    fault = fault and (line.fault or fault)
    cells = {}
    if not fault:
        if len({key.strip() for key in values}) < len(values):
            fault = _twice(values, needed)
        named = ((key.strip(), _cell(value)) for key, value in values.items())
        # Keep objects: a needed column may be inside one, and the message names it.
        cells = {
            key: cell
            for key, cell in named
            if needed is None or key in needed or isinstance(cell, Nested)
        }
        texts = (*cells, *(cell for cell in cells.values() if isinstance(cell, str)))
        if line.fault and any(map(is_damaged, texts)):
            fault = line.fault
        elif needed is None:
            fault = fault or _bad_key(cells)
    if fault:
        return BadRow(file, line.number, fault, clip(line.shown))
    return checked(file, line.number, cells)


def _parsed(line: Line) -> tuple[Any, str]:
    """Returns the value of a line, and what is wrong with the line."""
    if line.is_cut:
        return None, line.fault
    try:
        values = json.loads(
            line.text, parse_int=str, parse_float=str, parse_constant=_constant
        )
    except json.JSONDecodeError as error:
        return None, f"is not JSON at character {error.colno}: {error.msg}"
    except RecursionError:
        return None, "is nested too deeply"
    return values, ""


def _twice(keys: Collection[str], needed: Collection[str] | None) -> str:
    """Finds a key that occurs twice if spaces are ignored."""
    names = [key.strip() for key in keys]
    for name in names:
        if names.count(name) > 1 and (needed is None or name in needed):
            return f"has the key {clip(name)[:40]!r} twice, once with spaces"
    return ""


def _bad_key(cells: Collection[str]) -> str:
    """Finds a key that cannot be written as text."""
    for key in cells:
        try:
            key.encode()
        except UnicodeEncodeError:
            return f"the key {key[:40]!r} is not valid UTF-8"
    return ""


def _constant(name: str) -> str:
    # pandas writes a missing value as NaN. "NaN" in quotes stays a text.
    return "" if name == "NaN" else name


def _cell(value: Any) -> str | Nested:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else Nested.of(value)
