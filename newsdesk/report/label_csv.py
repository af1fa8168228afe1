"""The doubtful labels as a CSV file that a page carries in a link."""

import base64
import csv
import io

from newsdesk.escaping import escaped
from newsdesk.report.content import DoubtfulLabel, LabelCheck

# A page must stay under 2 MB with everything else.
MOST_BYTES = 600_000
_HEAD = ("place", "split", "label", "suggested", "doubt", "text")
# Spreadsheets compute a cell that begins so.
_FORMULA = tuple("=+-@＝＋－＠")


def link(check: LabelCheck) -> str | None:
    """Makes a link that downloads the doubtful labels.

    Args:
        check: the rows.

    Returns:
        A URL with the whole file; None if it is too large for a page.
    """
    # Excel takes a file without the mark for the encoding of the country.
    content = table(check.most_doubted).encode("utf-8-sig")
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
    for row in rows:
        cells = (row.place or "", row.split, row.label, row.suggested)
        doubt = f"{row.doubt:.4f}"
        writer.writerow([*map(inert, cells), doubt, inert(row.text)])
    return file.getvalue()


def inert(cell: str) -> str:
    """Stops spreadsheets from computing a cell, and terminals from obeying it.

    Args:
        cell: text from data.

    Returns:
        The text with control characters escaped, and with an apostrophe in front if it
        would be a formula.
    """
    text = escaped(cell)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
