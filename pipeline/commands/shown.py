"""How paths and errors are shown."""

from pathlib import Path

from rich.console import Console
from rich.text import Text

from newsdesk.escaping import escaped


def complain(sentence: str, head: str = "error", style: str = "red") -> None:
    """Prints an error to the standard error stream.

    Args:
        sentence: shown as it is, whatever it holds.
        head: what it is, before it.
        style: how that is shown.
    """
    text = Text.assemble((head, style), " ", escaped(sentence))
    Console(stderr=True).print(text, soft_wrap=True)


def shown(path: Path | str) -> str:
    """Shortens a path to what a person would type here.

    Args:
        path: an absolute path, or an address.

    Returns:
        The path seen from the working directory if it lies below, else unchanged.
    """
    if "://" in str(path):
        return str(path)
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return str(path)
