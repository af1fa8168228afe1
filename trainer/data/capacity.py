"""Finds out how much memory this process may use."""

import os
from pathlib import Path


def total_memory(
    proc: Path = Path("/proc"), root: Path = Path("/sys/fs/cgroup")
) -> int:
    """Reads the memory of the machine, or of the container if it may use less.

    Args:
        proc: the folder of proc(5).
        root: the folder of the control groups.

    Returns:
        Bytes.
    """
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([machine, *_limits(proc, root)])


def _limits(proc: Path, root: Path) -> list[int]:
    """The limits of all control groups above this process."""
    try:
        lines = (proc / "self" / "cgroup").read_text().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        folder, name = root, "memory.max"
        if "memory" in controllers.split(","):
            folder, name = root / "memory", "memory.limit_in_bytes"
        elif controllers:
            continue
        # A container sees its own group as the root, but the path may not say so.
        group = folder / path.lstrip("/")
        groups = [one for one in (group, *group.parents) if one.is_relative_to(folder)]
        found += [limit for one in groups if (limit := _limit(one / name))]
    return found


def _limit(file: Path) -> int:
    """The number in a file; 0 if it has none, or does not exist."""
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return 0
