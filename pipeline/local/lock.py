"""A lock that allows one run at a time in the root folder of a pipeline."""

import contextlib
import datetime
import errno
import fcntl
import json
import os
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from newsdesk.errors import Locked, NewsdeskError

_FILE = ".lock"
# Bytes; more than any description of an owner needs.
_ROOM = 512
# A process that has just taken the lock needs a moment to write its description.
SECONDS_TO_WRITE = 2.0
# O_NOFOLLOW, because the target of a link would be overwritten; O_NONBLOCK, because
# opening a pipe would wait for its other end.
_OPENED = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_NOT_A_FILE = "{}: is a link, a folder, a pipe or a device and not a file; remove it"


@contextlib.contextmanager
def held(root: Path, what: str) -> Iterator[None]:
    """Locks the folder of a pipeline during a block.

    The system releases the lock when the process ends, even if it is killed. The file
    stays, and only names the owner. Child processes do not inherit the lock.

    Args:
        root: the folder of everything that the pipeline writes.
        what: the purpose of the lock, for the message to other processes.

    Raises:
        Locked: another process has the lock; names the process and the time.
        NewsdeskError: the folder cannot be written, or its lock is not a file.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(root / _FILE, _OPENED, 0o644)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EISDIR):
            raise NewsdeskError(_NOT_A_FILE.format(root / _FILE)) from None
        raise NewsdeskError(
            f"{root}: cannot be written: {error.strerror}; "
            "choose another folder with --set output.root=FOLDER"
        ) from None
    owner = {
        "what": what,
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
    }
    # Always of the same length, so that a reader never finds a mix of two texts.
    content = json.dumps(owner).encode().ljust(_ROOM)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NewsdeskError(_NOT_A_FILE.format(root / _FILE))
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Locked(
                f"{root}: {_owner(root / _FILE)}; wait until it is done, or choose "
                "another folder with --set output.root=FOLDER"
            ) from None
        except OSError as error:
            raise NewsdeskError(
                f"{root}: cannot be locked: {error.strerror}; choose a folder on "
                "another file system with --set output.root=FOLDER"
            ) from None
        with contextlib.suppress(OSError):
            # On a full disk, `gc` must still be able to run.
            os.pwrite(descriptor, content, 0)
        yield
    finally:
        os.close(descriptor)


def _owner(file: Path) -> str:
    """Describes the process that has the lock."""
    # The owner writes the file only after it has the lock.
    late = time.monotonic() + SECONDS_TO_WRITE
    while not _is_written(file) and time.monotonic() < late:
        time.sleep(SECONDS_TO_WRITE / 100)
    try:
        owner = json.loads(file.read_text())
        since = datetime.datetime.fromisoformat(owner["since"])
        age = datetime.datetime.now().astimezone() - since
        return (
            f"{owner['what']} (process {owner['pid']} on {owner['host']}) has been at "
            f"work here since {since:%Y-%m-%d %H:%M:%S}, for "
            f"{int(age.total_seconds())} s"
        )
    except (OSError, ValueError, KeyError, TypeError):
        return "another process is at work here"


def _is_written(file: Path) -> bool:
    try:
        json.loads(file.read_text())
    except (OSError, ValueError):
        return False
    return True
