"""Opens files in folders that others write to, and refuses what is not a regular file.

Reading a pipe waits for a writer, reading a device may never end, and a link leads to
any file. So the kind of a file is checked before its content is read.
"""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from newsdesk.errors import ModelError

_KINDS = {
    stat.S_IFLNK: "a link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}


def descriptor(file: Path, flags: int = os.O_RDONLY) -> int:
    """Opens a regular file.

    Args:
        file: its path; the folders above it may be links, the file itself may not.
        flags: as `os.open` takes them.

    Returns:
        A descriptor that children do not inherit.

    Raises:
        ModelError: it is something else than a regular file.
        OSError: it cannot be opened.
    """
    if not flags & os.O_CREAT or os.path.lexists(file):
        _check(file, os.lstat(file).st_mode)
    # The file may be replaced between the two looks: not to follow a link and not to
    # wait for a writer makes the second one safe.
    found = os.open(file, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    try:
        _check(file, os.fstat(found).st_mode)
    except ModelError:
        os.close(found)
        raise
    return found


def opened(file: Path) -> BinaryIO:
    """Opens a regular file for reading.

    Args:
        file: its path, as `descriptor` takes it.

    Returns:
        The open file.

    Raises:
        ModelError: it is something else than a regular file.
        OSError: it cannot be opened.
    """
    return open(descriptor(file), "rb")


def read(file: Path, most: int) -> bytes:
    """Reads a regular file that is not larger than expected.

    Args:
        file: its path.
        most: the largest size, in bytes.

    Returns:
        The content.

    Raises:
        ModelError: it is something else than a regular file, or larger.
        OSError: it cannot be read.
    """
    with opened(file) as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise ModelError(f"{file}: has over {most:,} bytes; it was altered")
    return content


def _check(file: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "something else")
        raise ModelError(
            f"{file}: is {kind} and not a regular file; it was not read. Remove it, or "
            "put the published file back"
        )
