"""`newsdesk --version`."""

import importlib.metadata
import platform

import typer

from pipeline.terminal.streams import answer


def print_versions(is_asked: bool) -> None:
    """Prints the versions that a report of a problem needs, and ends the command.

    Args:
        is_asked: whether the user gave `--version`.

    Raises:
        Exit: after printing.
    """
    if not is_asked:
        return
    # From the metadata of the packages, because TensorFlow takes seconds to import.
    answer(
        f"newsdesk {_version('newsdesk')}, Python {platform.python_version()}, "
        f"TensorFlow {_version('tensorflow')}"
    )
    raise typer.Exit


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"
