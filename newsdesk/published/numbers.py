"""Version numbers, as TensorFlow Serving reads them from the names of folders."""

import re
import time

from newsdesk.errors import ModelError

_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
# TensorFlow Serving reads versions as int64.
_LARGEST = 2**63 - 1


def number(name: str) -> int | None:
    """Reads the number of a version.

    Args:
        name: the name of a folder, or the same part of a key in an object store.

    Returns:
        The number, None if the name is not one.
    """
    found = int(name) if _NUMBER.fullmatch(name) else None
    return None if found is None or found > _LARGEST else found


def following(largest: int, address: str) -> int:
    """Chooses the number of the next version.

    Args:
        largest: the largest number in use, 0 if there is none.
        address: the folder above the versions, for the error.

    Returns:
        The time in seconds since 1970, or the next number if that is larger.

    Raises:
        ModelError: no server could read a larger number.
    """
    if largest >= _LARGEST:
        raise ModelError(
            f"{address}: {largest} is the largest number that a version can have, so "
            "no version can follow it; remove that version"
        )
    return max(int(time.time()), largest + 1)
