"""Formats paths and errors for the terminal."""

import os
import shlex
import shutil
import sys
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


def command() -> str:
    """Finds how to type this command line in the working directory.

    Returns:
        `newsdesk` if PATH leads to this installation, otherwise the path of its
        script, such as `.venv/bin/newsdesk`, or a call of Python.
    """
    script = Path(sys.executable).with_name("newsdesk")
    found = shutil.which("newsdesk")
    if found and script.exists() and os.path.samefile(found, script):
        return "newsdesk"
    if script.exists():
        return shlex.quote(shown(script))
    return f"{shlex.quote(shown(sys.executable))} -m pipeline.cli"
