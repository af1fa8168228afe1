"""What lies in a destination of versions."""

import os
from pathlib import Path


def names(serving: Path) -> list[str]:
    """Lists versions, and whatever publishers should not have left behind.

    Args:
        serving: the folder above the versions.

    Returns:
        Names in it, sorted; below `.pushes` those of prepared versions alone.
    """
    found = [name for name in os.listdir(serving) if name != ".pushes"]
    found += [
        f".pushes/{path.relative_to(serving / '.pushes')}"
        for path in (serving / ".pushes").glob("**/")
        if path.name.startswith(("staging-", "model-", "dead-"))
    ]
    return sorted(found)
