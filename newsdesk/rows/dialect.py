"""Recognizes a text file that is not what its format says.

With a wrong delimiter, every row of a file is bad for the same reason. The first rows
show the right delimiter, so one message replaces a bad row per line. `json_forms.py`
does the same for JSON.
"""

import csv
from collections.abc import Sequence

from newsdesk.errors import DataError
from newsdesk.rows.commands import piped, with_commas
from newsdesk.rows.encodings import HEAD, beginning_of, opened_text
from newsdesk.rows.excel import separator_of
from newsdesk.rows.magic import explain_content
from newsdesk.rows.records import Dialect

_RECORDS = 200
_NAMES = {
    ",": "commas",
    ";": "semicolons",
    "|": "vertical bars",
    "\t": "tabs",
    "^": "carets",
    "~": "tildes",
    "\1": "\\x01 characters",  # Hive's default
}
_FORMATS = {",": "csv", "\t": "tsv"}
_SETTINGS = {",": ",", ";": ";", "|": "|", "\t": "\\t"}
"""The values of `data.delimiter`, and how TOML writes them."""


def explain_delimiter(
    file: str, written: Dialect, names: Sequence[str] = (), is_given: bool = False
) -> str:
    """Explains which delimiter a file has if it is not the expected one.

    Args:
        file: a local path, plain, gzip or Zstandard.
        written: how the file should be written.
        names: the names of the columns of a file without a header.
        is_given: whether the user named the delimiter.

    Returns:
        What the file is and what to do; "" if the expected delimiter fits, or no other
        one does.

    Raises:
        DataError: the file cannot be read.
    """
    lines = _lines(file, written.encoding)
    delimiter = written.delimiter
    if _are_objects(lines):
        return (
            f"{file}: is JSON Lines, with an object per line; set data.format = "
            '"jsonl" (init: --format jsonl), or rename the file'
        )
    other = _other_delimiter(lines, delimiter, names)
    if not other:
        return ""
    if separator_of(lines[0]):
        return _excel(file, other)
    return (
        f"{file}: separates its cells by {_NAMES[other]}, not by "
        f"{_NAMES[delimiter]}; {_advice(file, other, is_given)}"
    )


def find_delimiter(file: str, written: Dialect, names: Sequence[str] = ()) -> str:
    """Finds the delimiter of a file.

    Args:
        file: a local path, plain, gzip or Zstandard.
        written: how the file is expected to be written.
        names: the names of the columns of a file without a header.

    Returns:
        The expected delimiter, unless another value of `data.delimiter` fits better.

    Raises:
        DataError: the file cannot be read.
    """
    lines = _lines(file, written.encoding)
    if _are_objects(lines):
        return written.delimiter
    other = _other_delimiter(lines, written.delimiter, names)
    return other if other in _SETTINGS else written.delimiter


def first_row(file: str, written: Dialect) -> list[str]:
    """Reads the first row of a delimited file, whether it is a header or not.

    Args:
        file: a local path, plain, gzip or Zstandard.
        written: how the file is written.

    Returns:
        The cells of the row; [] if the file has no row that can be read.

    Raises:
        DataError: the file cannot be read.
    """
    found = _lines(file, written.encoding)
    if separator_of(found[0]) == written.delimiter:
        del found[0]
    lines = [line for line in found if line.strip("\r\n")]
    if not written.quotes:
        return lines[0].rstrip("\r\n").split(written.delimiter) if lines else []
    try:
        return next(csv.reader(lines, delimiter=written.delimiter), [])
    except csv.Error:
        return []


def head(file: str, encoding: str = "auto") -> str:
    """Reads the beginning of a text file.

    Args:
        file: a local path, plain, gzip or Zstandard.
        encoding: a value of `data.encoding`.

    Returns:
        At most 1 MiB, without a byte order mark.

    Raises:
        DataError: the file cannot be read, or is not a text file.
    """
    if what := explain_content(beginning_of(file)):
        raise DataError(f"{file}: {what}")
    with opened_text(file, encoding) as (stream, _):
        return stream.read(HEAD).decode("utf-8", "replace")


def _lines(file: str, encoding: str) -> list[str]:
    # splitlines would also cut at separators that a cell may contain.
    lines = [line + "\n" for line in head(file, encoding).split("\n")]
    # The limit may have cut the last line.
    return lines[:-1] or lines


def _are_objects(lines: list[str]) -> bool:
    found = [line.strip() for line in lines[:_RECORDS] if line.strip()]
    objects = sum(one.startswith('{"') and one.endswith("}") for one in found)
    return objects > len(found) / 2


def _other_delimiter(lines: list[str], delimiter: str, names: Sequence[str]) -> str:
    """Returns the delimiter if it is not the expected one, else ""."""
    if excel := separator_of(lines[0]):
        return "" if excel == delimiter else excel
    if _fitting(lines, delimiter, names) > 0.5:
        return ""
    others = (other for other in _NAMES if other != delimiter)
    return next((o for o in others if _fitting(lines, o, names) >= 0.9), "")


def _fitting(lines: list[str], delimiter: str, names: Sequence[str]) -> float:
    """Returns the share of rows that get as many cells as the header."""
    counts = []
    try:
        for cells in csv.reader(lines, delimiter=delimiter):
            counts += [len(cells)] if cells else []
            if len(counts) > _RECORDS:
                break
    except csv.Error:
        pass  # the rows before the damage are enough to decide
    expected = len(names) or (counts.pop(0) if counts else 0)
    if expected < 2:
        return 0.0
    return sum(count == expected for count in counts) / len(counts) if counts else 1.0


def _excel(file: str, separator: str) -> str:
    other = _NAMES.get(separator, repr(separator))
    command = piped(file, f"tail -n +2 | {with_commas(separator)}", "csv")
    return (
        f"{file}:1: is Excel's line sep={separator}, not a header; the cells are "
        f"separated by {other}; {_setting(separator)}convert the file: {command}"
    )


def _advice(file: str, found: str, is_given: bool) -> str:
    if found in _FORMATS and not is_given:
        name = _FORMATS[found]
        return f'set data.format = "{name}" (init: --format {name}), or rename the file'
    return f"{_setting(found)}convert it: {piped(file, with_commas(found), 'csv')}"


def _setting(delimiter: str) -> str:
    if delimiter not in _SETTINGS:
        return ""
    return f'set data.delimiter = "{_SETTINGS[delimiter]}" (`init` finds it), or '
