"""The numbers of versions, as TensorFlow Serving reads them from names."""

import re
import time

from newsdesk.errors import ModelError

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


def following(largest: int, address: str) -> int:
    """Chooses the number of the next version.

    Args:
        largest: the largest number that is used there, 0 for none.
        address: above the versions, for the error.

    Returns:
        The time in seconds since 1970, or the next number if that is larger.

    Raises:
        ModelError: no server could read a larger number.
    """
    if largest >= _LARGEST:
        raise ModelError(
            f"{address}: {largest} is the largest number that a version can have, so "
            "no version can follow it; remove it"
        )
    return max(int(time.time()), largest + 1)
