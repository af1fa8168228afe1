"""Processes that a process has started."""

import os
import select
import subprocess
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


def kill_parent(process: "subprocess.Popen[str]", module: str) -> None:
    """Kills a process, and waits until a child that outlives it has ended.

    Args:
        process: which; its screen is read to the end.
        module: a part of the child's command line.

    Raises:
        AssertionError: it has no such child.
    """
    child = find(process.pid, module)
    assert child is not None, f"process {process.pid} has no child {module}"
    # Unlike an id, it cannot come to mean another process.
    descriptor = os.pidfd_open(child)
    try:
        process.kill()
        process.communicate()
        # Readable when the process has ended.
        select.select([descriptor], [], [])
    finally:
        os.close(descriptor)
