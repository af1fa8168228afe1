"""The doubtful labels as a CSV file, and as a link that a page carries."""

import base64
import csv
import io
import re
from pathlib import Path

from newsdesk import atomic
from newsdesk.escaping import one_line
from newsdesk.report.content import DoubtfulLabel, LabelCheck

# A page must stay under 2 MB with everything else.
MOST_BYTES = 600_000
_HEAD = ("file", "row", "split", "label", "suggested", "doubt", "text")
_PLACE = re.compile(r"(.*):(\d+)", re.DOTALL)
# Spreadsheets compute a cell that begins so.
_FORMULA = tuple("=+-@＝＋－＠")
# Without it, Excel reads a file in the encoding of the country.
_MARK = "\ufeff"


def write(check: LabelCheck, path: Path) -> None:
    """Writes the doubtful labels as a file.

    Args:
        check: the rows.
        path: the file to write, in UTF-8.

    Raises:
        OSError: the file cannot be written.
    """
    atomic.write_text(path, _MARK + table(check.most_doubted))


def link(check: LabelCheck) -> str | None:
    """Makes a link that downloads the doubtful labels.

    Args:
        check: the rows.

    Returns:
        A URL with the whole file; None if it is too large for a page.
    """
    content = (_MARK + table(check.most_doubted)).encode()
    if len(content) > MOST_BYTES:
        return None
    return f"data:text/csv;charset=utf-8;base64,{base64.b64encode(content).decode()}"


def table(rows: list[DoubtfulLabel]) -> str:
    """Writes doubtful labels as CSV.

    Args:
        rows: the rows.

    Returns:
        The file. Cells that a spreadsheet would compute begin with an apostrophe.
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(_HEAD)
    writer.writerows(map(_cells, rows))
    return file.getvalue()


def _cells(one: DoubtfulLabel) -> list[str]:
    found = _PLACE.fullmatch(one.place or "")
    file, row = found.groups() if found else (one.place or "", "")
    names = map(inert, (one.split, one.label, one.suggested))
    return [inert(file), row, *names, f"{one.doubt:.4f}", inert(one.text)]


def inert(cell: str) -> str:
    """Stops spreadsheets from computing a cell, and terminals from obeying it.

    Args:
        cell: text from data.

    Returns:
        The text with control characters escaped, and with an apostrophe in front if it
        would be a formula.
    """
    text = one_line(cell)
    return f"'{text}" if cell.lstrip().startswith(_FORMULA) else text
