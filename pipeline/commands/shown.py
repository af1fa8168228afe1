"""How paths are shown."""

from pathlib import Path


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
