"""Lets one publisher at a time write to a destination whose file system has locks."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from newsdesk import regular

# Locks are held for milliseconds; a suspended holder must not block the others.
_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.02


@contextmanager
def turn(file: Path) -> Iterator[None]:
    """Waits for a lock, and holds it while the block runs.

    This avoids conflicts between publishers, but correctness does not depend on it. If
    locks are not shared, or the holder does not release the lock within a minute, the
    block runs without it, and `Staging.succeed` decides which publisher succeeds.

    Args:
        file: the file to lock; created if it does not exist.

    Raises:
        ModelError: it exists, but is not a regular file.
        OSError: it cannot be created.
    """
    # NFS maps flock to its own locks, which require a file that is open for writing.
    descriptor = regular.descriptor(file, os.O_RDWR | os.O_CREAT)
    try:
        until = time.monotonic() + _PATIENCE_SECONDS
        while not _is_locked(descriptor) and time.monotonic() < until:
            time.sleep(_PAUSE_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # A file system without locks.
        return True
    return True
