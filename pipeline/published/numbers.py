"""The numbers of versions, as TensorFlow Serving reads them from names."""

import re

_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_LARGEST = 2**63 - 1


def number(name: str) -> int | None:
    """Reads the number of a version.

    Args:
        name: of a folder, or of what takes its place in an object store.

    Returns:
        The number, None if the name is not one.
    """
    found = int(name) if _NUMBER.fullmatch(name) else None
    return None if found is None or found > _LARGEST else found
