"""Recognizes a text file that is not what its format says.

With a wrong delimiter, every row of a file is bad for the same reason. The first rows
show the right delimiter, so one message replaces a bad row per line. `json_forms.py`
does the same for JSON.
"""

import csv
import re
from collections.abc import Sequence

from newsdesk.errors import DataError
from newsdesk.rows.commands import piped
from newsdesk.rows.magic import explain_content
from newsdesk.rows.records import Dialect
from newsdesk.rows.streams import opened

HEAD = 2**20
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
_EXCEL = re.compile(r"\"?sep=(.)\"?[ ,;\t]*", re.IGNORECASE)


def explain_delimiter(file: str, delimiter: str, names: Sequence[str] = ()) -> str:
    """Explains which delimiter a file has if it is not the expected one.

    Args:
        file: a local path, plain or gzip.
        delimiter: the delimiter of the format.
        names: the names of the columns of a file without a header.

    Returns:
        What the file is and what to do; "" if the expected delimiter fits, or no other
        one does.

    Raises:
        DataError: the file cannot be read.
    """
    lines = _lines(file)
    if _are_objects(lines):
        return (
            f"{file}: is JSON Lines, with an object per line; set data.format = "
            '"jsonl" (init: --format jsonl), or rename the file'
        )
    excel = _EXCEL.fullmatch(lines[0].rstrip("\r\n"))
    if excel:
        return _excel(file, excel[1], delimiter)
    if _fitting(lines, delimiter, names) > 0.5:
        return ""
    for other in _NAMES:
        if other != delimiter and _fitting(lines, other, names) >= 0.9:
            return (
                f"{file}: separates its cells by {_NAMES[other]}, not by "
                f"{_NAMES[delimiter]}; {_advice(file, other, delimiter)}"
            )
    return ""


def first_row(file: str, written: Dialect) -> list[str]:
    """Reads the first row of a delimited file, whether it is a header or not.

    Args:
        file: a local path, plain or gzip.
        written: how the file is written.

    Returns:
        The cells of the row; [] if the file has no row that can be read.

    Raises:
        DataError: the file cannot be read.
    """
    lines = [line for line in _lines(file) if line.strip("\r\n")]
    if not written.quotes:
        return lines[0].rstrip("\r\n").split(written.delimiter) if lines else []
    try:
        return next(csv.reader(lines, delimiter=written.delimiter), [])
    except csv.Error:
        return []


def head(file: str) -> str:
    """Reads the beginning of a text file.

    Args:
        file: a local path, plain or gzip.

    Returns:
        At most 1 MiB, without a byte order mark.

    Raises:
        DataError: the file cannot be read, or is not a text file.
    """
    with opened(file) as stream:
        beginning = stream.read(HEAD)
    if what := explain_content(beginning):
        raise DataError(f"{file}: {what}")
    return beginning.decode("utf-8-sig", "replace")


def _lines(file: str) -> list[str]:
    # splitlines would also cut at separators that a cell may contain.
    lines = [line + "\n" for line in head(file).split("\n")]
    # The limit may have cut the last line.
    return lines[:-1] or lines


def _are_objects(lines: list[str]) -> bool:
    found = [line.strip() for line in lines[:_RECORDS] if line.strip()]
    objects = sum(one.startswith('{"') and one.endswith("}") for one in found)
    return objects > len(found) / 2


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


def _excel(file: str, separator: str, delimiter: str) -> str:
    what = f"{file}:1: is Excel's line sep={separator}, not a header; "
    if separator == delimiter:
        return f"{what}remove it: {piped(file, 'tail -n +2', _FORMATS[delimiter])}"
    other = _NAMES.get(separator, repr(separator))
    return (
        f"{what}the cells are separated by {other}; convert the file: "
        f"{piped(file, f'tail -n +2 | {_rewritten(separator)}', 'csv')}"
    )


def _advice(file: str, found: str, delimiter: str) -> str:
    if found in _FORMATS:
        name = _FORMATS[found]
        return f'set data.format = "{name}" (init: --format {name}), or rename the file'
    return f"convert it: {piped(file, _rewritten(found), 'csv')}"


def _rewritten(delimiter: str) -> str:
    # Keeps bytes that are not UTF-8 and line ends in cells, and removes a BOM.
    program = (
        "import csv; csv.field_size_limit(2**30); "
        "csv.writer(open(1, 'w', newline='', errors='surrogateescape', "
        "encoding='utf-8')).writerows(csv.reader(open(0, newline='', "
        f"errors='surrogateescape', encoding='utf-8-sig'), delimiter={delimiter!r}))"
    )
    return f'python3 -c "{program}"'
