"""One publisher at a time in a destination, where its file system shares locks."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from newsdesk import regular

# Locks are held for milliseconds; a holder that was stopped must not stop the others.
_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.02


@contextmanager
def turn(file: Path) -> Iterator[None]:
    """Waits for a turn, and has it for as long as the block lasts.

    It keeps publishers out of each other's way. Correctness does not depend on it:
    where locks are not shared, or the holder does not let go within a minute, the
    block runs all the same, and `Staging.succeed` decides.

    Args:
        file: the file to lock; is made.

    Raises:
        ModelError: something else than a regular file has its name.
        OSError: it cannot be made.
    """
    # NFS maps flock to its own locks, and wants a file that is open for writing.
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
