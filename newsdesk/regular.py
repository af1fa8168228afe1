"""Opens files in shared folders, and refuses everything but regular files.

Reading a pipe waits for a writer, reading a device may never end, and a link can lead
to any file. So the kind of a file is checked before its content is read.
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
        flags: the flags of `os.open`.

    Returns:
        A descriptor that child processes do not inherit.

    Raises:
        ModelError: the path is not a regular file.
        OSError: the file cannot be opened.
    """
    if not flags & os.O_CREAT or os.path.lexists(file):
        _check(file, os.lstat(file).st_mode)
    # The file may be replaced between the two checks. O_NOFOLLOW and O_NONBLOCK make
    # the open safe even then.
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
        file: its path; see `descriptor`.

    Returns:
        The open file.

    Raises:
        ModelError: the path is not a regular file.
        OSError: the file cannot be opened.
    """
    return open(descriptor(file), "rb")


def read(file: Path, most: int) -> bytes:
    """Reads a regular file of limited size.

    Args:
        file: its path.
        most: the largest size, in bytes.

    Returns:
        The content.

    Raises:
        ModelError: the path is not a regular file, or the file is larger.
        OSError: the file cannot be read.
    """
    with opened(file) as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise ModelError(f"{file}: has over {most:,} bytes, so it was altered")
    return content


def _check(file: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "something else")
        raise ModelError(
            f"{file}: is {kind} and not a regular file, so it was not read; remove it, "
            "or restore the published file"
        )
