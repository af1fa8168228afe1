"""Processes that a process has started."""

from pathlib import Path


def find(parent: int, module: str) -> int | None:
    """Finds a child.

    Args:
        parent: the id of the process.
        module: a part of the child's command line.

    Returns:
        The child's id; None if there is none.
    """
    for tasks in Path(f"/proc/{parent}/task").glob("*/children"):
        for child in tasks.read_text().split():
            try:
                words = Path(f"/proc/{child}/cmdline").read_bytes()
            except OSError:
                continue
            if module.encode() in words:
                return int(child)
    return None
