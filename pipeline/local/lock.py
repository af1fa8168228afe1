"""One run at a time in a pipeline's folder."""

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
_ROOM = 512
SECONDS_TO_WRITE = 2.0
# Without following a link, behind which something else would be overwritten, and
# without waiting for the other end of a pipe.
_OPENED = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_NOT_A_FILE = "{}: is a link, a folder, a pipe or a device and not a file; remove it"


@contextlib.contextmanager
def held(root: Path, what: str) -> Iterator[None]:
    """Holds a pipeline's folder for as long as the block lasts.

    The system gives the lock back when its process ends, however it ends; the file
    stays and only tells who has it. Children do not inherit it.

    Args:
        root: the folder that holds everything the pipeline writes.
        what: what the lock is for, shown to others.

    Raises:
        Locked: another process holds it; names it and since when.
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
    told = {
        "what": what,
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
    }
    # Always as long, so that who reads meanwhile never finds two texts in one.
    written = json.dumps(told).encode().ljust(_ROOM)
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
            # A full disk must not keep a run from clearing it.
            os.pwrite(descriptor, written, 0)
        yield
    finally:
        os.close(descriptor)


def _owner(file: Path) -> str:
    """Who wrote the file last, in words."""
    # The owner writes it just after it has the lock.
    late = time.monotonic() + SECONDS_TO_WRITE
    while not _is_written(file) and time.monotonic() < late:
        time.sleep(SECONDS_TO_WRITE / 100)
    try:
        told = json.loads(file.read_text())
        since = datetime.datetime.fromisoformat(told["since"])
        age = datetime.datetime.now().astimezone() - since
        return (
            f"{told['what']} (process {told['pid']} on {told['host']}) has been at "
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
