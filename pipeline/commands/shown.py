"""Formats paths and errors for the terminal."""

from pathlib import Path

from rich.console import Console

from newsdesk.escaping import escaped
from pipeline.terminal.layout import paragraph


def complain(sentence: str, head: str = "error", style: str = "red") -> None:
    """Prints an error, a warning or a note to standard error.

    Args:
        sentence: the message; control characters and markup in it have no effect.
        head: the word before it.
        style: Rich's style of that word.
    """
    paragraph(Console(stderr=True), f"{head} ", escaped(sentence), style)


def shown(path: Path | str) -> str:
    """Shortens a path to what a user would type in the working directory.

    Args:
        path: an absolute path, or an address.

    Returns:
        The path relative to the working directory if it is below, else unchanged.
    """
    if "://" in str(path):
        return str(path)
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return str(path)
