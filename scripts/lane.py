"""Chooses the lane: a set of versions that fits the C library and the Python."""

import os
import re
from typing import Callable, Optional, Tuple

from interpreters import Interpreter

PYTHON = {"current": "3.11", "compatibility": "3.10"}
OLDEST_GLIBC = {"current": (2, 39), "compatibility": (2, 31)}


class InstallError(Exception):
    """The installation is impossible; the message is one line."""


def glibc_version() -> Optional[Tuple[int, int]]:
    """Finds the version of the C library; None if it is not glibc."""
    try:
        name = os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (OSError, ValueError):
        return None
    found = re.match(r"glibc (\d+)\.(\d+)", name)
    return (int(found.group(1)), int(found.group(2))) if found else None


def choose_lane(
    glibc: Optional[Tuple[int, int]],
    wanted: str,
    get: Callable[[str], Optional[Interpreter]],
) -> Tuple[str, Interpreter]:
    """Chooses the newest lane that this machine supports.

    Args:
        glibc: the version of the C library; None if it is not glibc.
        wanted: the lane that the user requires, or "" for any.
        get: gives the interpreter of a Python version such as "3.11", or None if there
            is none. It is called only for lanes that the C library allows, the newest
            first.

    Returns:
        The name of the lane and its interpreter.

    Raises:
        InstallError: no lane fits; the message names what is missing.
    """
    if wanted and wanted not in PYTHON:
        raise InstallError(
            f"NEWSDESK_LANE={wanted} is not a lane; allowed: {', '.join(PYTHON)}"
        )
    asked = [wanted] if wanted else list(PYTHON)
    lanes = [lane for lane in asked if glibc and glibc >= OLDEST_GLIBC[lane]]
    if not lanes:
        raise InstallError(_old_library(glibc, wanted))
    bare = None
    for lane in lanes:
        python = get(PYTHON[lane])
        if python and python.headers:
            return lane, python
        bare = bare or python
    if bare:
        raise InstallError(
            f"{bare.path} has no header files, which pyfarmhash needs; run `apt-get "
            f"install python{bare.version}-dev` or `pyenv install {bare.version}`"
        )
    versions = " or ".join(PYTHON[lane] for lane in lanes)
    raise InstallError(
        f"no complete Python {versions} is on PATH or under pyenv, and uv could not "
        f"download one; run `pyenv install {PYTHON[lanes[-1]]}`"
    )


def _old_library(glibc: Optional[Tuple[int, int]], wanted: str) -> str:
    oldest = OLDEST_GLIBC[wanted or "compatibility"]
    here = f"glibc {glibc[0]}.{glibc[1]}" if glibc else "another C library"
    who = f"the {wanted} lane" if wanted else "Newsdesk"
    return (
        f"{who} needs glibc {oldest[0]}.{oldest[1]} or newer and this machine has "
        f"{here}; use Debian 13 or Ubuntu 24.04, or `scripts/in-debian13 COMMAND`"
    )
