"""Records which process owns a staging folder, and finds out whether it has died.

Locks are not enough: several network file systems and FUSE mounts accept a lock but do
not show it to other hosts. So a file in the folder also names the owning process.
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
# The owner may be on another host, which cannot be asked; no push takes this long.
GRACE_SECONDS = 24 * 3600
_UNOWNED_SECONDS = 600


def claim(folder: Path) -> int:
    """Records in a folder that this process owns it, and locks the record.

    Args:
        folder: a new folder.

    Returns:
        A descriptor of the record; closing it releases the lock.

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
    """Decides whether the owner of a folder has certainly died.

    Args:
        folder: its path.
        now: the time, by the clock of the file system that holds the folder.

    Returns:
        True if no process holds the lock, and either the owner was a process of this
        machine that has ended, or the folder did not change for a day. Ten minutes are
        enough if the folder names no owner.
    """
    try:
        if _is_held(folder / FILE):
            return False
        record = json.loads(regular.read(folder / FILE, _MOST_BYTES))
        if record["machine"] == _machine():
            return _started(record["process"]) != record["started"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        # The owner was killed before it wrote, or is about to write.
        return age(folder, now) > _UNOWNED_SECONDS
    except (OSError, ModelError):
        # The owner cannot be read, so only the age counts.
        pass
    return age(folder, now) > GRACE_SECONDS


def age(folder: Path, now: float) -> float:
    """Computes for how long a folder has not changed.

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
    # NFS locks only files that are open for writing.
    descriptor = regular.descriptor(file, os.O_RDWR)
    try:
        return not _is_locked(descriptor)
    finally:
        os.close(descriptor)


def _is_locked(descriptor: int) -> bool:
    """Tries to lock a file; true also where the file system has no locks."""
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
    """Host, boot and namespace, within which a process id is unique."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return [socket.gethostname(), boot, os.readlink("/proc/self/ns/pid")]


def _started(process: int) -> str | None:
    """When a process began, in the kernel's ticks since boot; None if it has ended."""
    try:
        stat = Path(f"/proc/{int(process)}/stat").read_text()
    except FileNotFoundError:
        return None
    # The name of the command, in brackets, may itself contain spaces and brackets.
    state, *rest = stat.rpartition(")")[2].split()
    # A zombie has ended, and only its exit code is kept. `rest` begins with field 4 of
    # proc(5); the start time is field 22.
    return None if state in "ZX" else rest[18]
