"""Finds the common cause of bad rows, such as a wrong encoding, and its fix."""

from collections.abc import Iterable

from newsdesk.rows.commands import encoded, ending, piped
from newsdesk.rows.encodings import WINDOWS_1252
from newsdesk.rows.row import BadRow


def remedy(row: BadRow) -> str:
    """Explains the cause of a bad row if it concerns the whole file.

    Args:
        row: the bad row.

    Returns:
        What the file is and how to convert it; "" if only the row is bad.
    """
    if "is not valid UTF-8 at byte" in row.reason:
        return latin(row.file)
    if '\\"' in row.content and "quote" in row.reason:
        command = piped(row.file, 'sed \'s/\\\\"/""/g\'', ending(row.file))
        return (
            "the file has \\\" for a quote in a cell (Spark's default), but CSV has "
            f'""; write it with option("escape", "\\""), or convert it: {command}'
        )
    return ""


def latin(file: str) -> str:
    """Explains how to convert a file that is not UTF-8.

    Args:
        file: a local path.

    Returns:
        The key to set and a command, with a condition, because the bytes do not show
        the encoding.
    """
    command = encoded(file, "WINDOWS-1252")
    return (
        "if the file is in Latin-1 or Windows-1252, set data.encoding = "
        f'"{WINDOWS_1252}" (init: --encoding {WINDOWS_1252}), or convert it: {command}'
    )


def remedies(rows: Iterable[BadRow]) -> list[str]:
    """Explains the causes of bad rows.

    Args:
        rows: bad rows, of one file or several.

    Returns:
        One sentence per cause, with the command for the first file that has it.
    """
    found: dict[str, str] = {}
    for row in rows:
        sentence = remedy(row)
        if sentence:
            found.setdefault(sentence.partition(":")[0], sentence)
    return list(found.values())
