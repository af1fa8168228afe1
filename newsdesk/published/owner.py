"""Who works in a staging folder, and whether that process can still be alive.

Locks do not tell: several network file systems and FUSE mounts accept a lock and show
it to no other host. So a folder also says which process owns it, and since when.
"""

import errno
import fcntl
import json
import os
import socket
from pathlib import Path

from newsdesk import regular
from newsdesk.errors import ModelError

FILE = "owner.json"
_MOST_BYTES = 4096
# The owner may be on a host that cannot be asked; no push takes as long as this.
GRACE_SECONDS = 24 * 3600
_UNOWNED_SECONDS = 600


def claim(folder: Path) -> int:
    """Writes down that this process owns a folder, and locks that file.

    Args:
        folder: a new one.

    Returns:
        A descriptor; closing it gives the lock back.

    Raises:
        OSError: the file cannot be written.
    """
    written = json.dumps(_this_process()).encode()
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    descriptor = os.open(folder / FILE, flags, 0o644)
    try:
        os.write(descriptor, written)
        _is_locked(descriptor)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def is_dead(folder: Path, now: float) -> bool:
    """Decides whether the owner of a folder can be excluded to be alive.

    Args:
        folder: its path.
        now: the time, by the clock of the file system that holds the folder.

    Returns:
        True if nobody holds the lock, and the owner was a process of this machine that
        has ended, or the folder was not touched for a day; for ten minutes, if it
        names no owner.
    """
    try:
        if _is_held(folder / FILE):
            return False
        told = json.loads(regular.read(folder / FILE, _MOST_BYTES))
        if told["machine"] == _machine():
            return _started(told["process"]) != told["started"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        # The owner was killed before it wrote, or is about to write.
        return age(folder, now) > _UNOWNED_SECONDS
    except (OSError, ModelError):
        # Nobody knows the owner.
        pass
    return age(folder, now) > GRACE_SECONDS


def age(folder: Path, now: float) -> float:
    """Tells how long a folder was not touched.

    Args:
        folder: its path.
        now: the time, by the clock of the file system that holds the folder.

    Returns:
        Seconds since the folder or the file of its owner changed.
    """
    touched = []
    for path in (folder, folder / FILE):
        try:
            touched.append(os.lstat(path).st_mtime)
        except OSError:
            continue
    return now - max(touched, default=now)


def _is_held(file: Path) -> bool:
    # NFS wants a file that is open for writing.
    descriptor = regular.descriptor(file, os.O_RDWR)
    try:
        return not _is_locked(descriptor)
    finally:
        os.close(descriptor)


def _is_locked(descriptor: int) -> bool:
    """Locks a file, unless another process holds it; without locks, says yes."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EWOULDBLOCK, errno.EACCES)
    return True


def _this_process() -> dict[str, object]:
    process = os.getpid()
    return {
        "machine": _machine(),
        "process": process,
        "started": _started(process),
    }


def _machine() -> list[str]:
    """Within what a process id names one process: host, boot, and namespace."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return [socket.gethostname(), boot, os.readlink("/proc/self/ns/pid")]


def _started(process: int) -> str | None:
    """When a process began, in the kernel's ticks since boot; None if it has ended."""
    try:
        told = Path(f"/proc/{int(process)}/stat").read_text()
    except FileNotFoundError:
        return None
    state, *rest = told.rpartition(")")[2].split()
    # A zombie holds nothing and only waits to be asked for.
    return None if state in "ZX" else rest[18]
