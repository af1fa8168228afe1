"""File systems that are small, or cannot be written; only root can mount them."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path


def reason_against() -> str | None:
    """Tells why nothing can be mounted here, None where it can."""
    for tool in ("mount", "umount", "unshare"):
        if shutil.which(tool) is None:
            return f"there is no {tool} here"
    if os.geteuid():
        return "mounting needs root"
    with tempfile.TemporaryDirectory(prefix="newsdesk-mount-") as folder:
        try:
            with tmpfs(Path(folder), 1), read_only(Path(folder)):
                pass
            _call("unshare", "--net", "true")
        except OSError as error:
            return f"mounting is not allowed here: {error}"
    return None


def reason_against_mirrors() -> str | None:
    """Says why `mirrored` cannot work here, None if it can."""
    if shutil.which("bindfs") is None:
        return "bindfs is not installed"
    with tempfile.TemporaryDirectory(prefix="newsdesk-mount-") as scratch:
        folder, at = Path(scratch, "folder"), Path(scratch, "at")
        folder.mkdir()
        at.mkdir()
        try:
            with mirrored(folder, at):
                return None
        except OSError as error:
            return f"bindfs cannot mount here: {error}"


@contextlib.contextmanager
def tmpfs(folder: Path, mebibytes: int) -> Iterator[None]:
    """Mounts an empty file system of a size.

    Args:
        folder: where; is there.
        mebibytes: how large.

    Raises:
        OSError: it cannot be mounted.
    """
    _call("mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder))
    try:
        yield
    finally:
        _call("umount", str(folder))


@contextlib.contextmanager
def mirrored(folder: Path, at: Path) -> Iterator[None]:
    """Mounts a folder once more, as another host mounts a network file system.

    Locks that are taken in one mount are not seen in another, and neither in the
    folder.

    Args:
        folder: what to mount.
        at: where to; is there, and empty.

    Raises:
        OSError: it cannot be mounted.
    """
    # In the foreground, because a daemon lives on where another mount namespace has
    # copied the mount.
    with subprocess.Popen(["bindfs", "-f", str(folder), str(at)]) as process:
        try:
            while not os.path.ismount(at):
                if process.poll() is not None:
                    raise OSError(f"bindfs ended with {process.returncode}")
            yield
        finally:
            if os.path.ismount(at):
                _call("umount", "--lazy", str(at))
            process.terminate()


@contextlib.contextmanager
def read_only(place: Path) -> Iterator[None]:
    """Makes a folder or a file read-only for everybody, root too.

    Args:
        place: the folder or file.

    Raises:
        OSError: it cannot be mounted.
    """
    _call("mount", "--bind", str(place), str(place))
    try:
        _call("mount", "-o", "remount,bind,ro", str(place))
        yield
    finally:
        _call("umount", str(place))


@contextlib.contextmanager
def filled(folder: Path, left: int) -> Iterator[None]:
    """Fills a file system.

    Args:
        folder: on it.
        left: bytes that stay free.
    """
    ballast = folder / "ballast"
    found = os.statvfs(folder)
    size = max(0, found.f_bavail * found.f_frsize - left)
    with open(ballast, "wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, max(1, size))
    try:
        yield
    finally:
        ballast.unlink()


def _call(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise OSError(f"{' '.join(words)}: {done.stderr.strip()}")
