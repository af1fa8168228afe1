"""How paths are shown."""

from pathlib import Path


def shown(path: Path) -> str:
    """Shortens a path to what a person would type here.

    Args:
        path: an absolute path.

    Returns:
        The path seen from the working directory if it lies below, else unchanged.
    """
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
