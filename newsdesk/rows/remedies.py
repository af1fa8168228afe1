"""What to do about bad rows that share one cause, such as a wrong encoding."""

from collections.abc import Iterable

from newsdesk.rows.commands import encoded, ending, piped
from newsdesk.rows.row import BadRow


def remedy(row: BadRow) -> str:
    """Names the cause behind a bad row, where whole files suffer from it.

    Args:
        row: the bad row.

    Returns:
        What the file is and how to convert it; "" if the row tells nothing about
        its file.
    """
    if "is not valid UTF-8 at byte" in row.reason:
        return latin(row.file)
    if '\\"' in row.content and "quote" in row.reason:
        command = piped(row.file, 'sed \'s/\\\\"/""/g\'', ending(row.file))
        return (
            "the file writes a quote in a cell as \\\" (Spark's default) where CSV has "
            f'""; write it with option("escape", "\\""), or convert it: {command}'
        )
    return ""


def latin(file: str) -> str:
    """Says how to convert a file that is not UTF-8.

    Args:
        file: a local path.

    Returns:
        A condition, because other encodings cannot be told from these, and a command.
    """
    command = encoded(file, "WINDOWS-1252")
    return f"if the file is in Latin-1 or Windows-1252, convert it: {command}"


def remedies(rows: Iterable[BadRow]) -> list[str]:
    """Names the causes behind bad rows.

    Args:
        rows: bad rows, of one file or several.

    Returns:
        Each kind of cause once, with the command for the first file that has it.
    """
    found: dict[str, str] = {}
    for row in rows:
        sentence = remedy(row)
        if sentence:
            found.setdefault(sentence.partition(":")[0], sentence)
    return list(found.values())
