"""Versions of a model in a folder, as TensorFlow Serving watches it."""

import errno
import fcntl
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.errors import ModelError, reason
from pipeline.published import manifest as manifests
from pipeline.published.manifest import Manifest

_STAGING = ".staging-"
_RETIRED = re.compile(r"^\.retired-(\d+)-(\d+)$")


class LocalStore:
    """A `Store` in a folder: a version appears by one rename, and goes by one.

    Args:
        root: the folder; need not exist until something is published.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._held: dict[Path, int] = {}

    @property
    def address(self) -> str:
        """Implements Store.address."""
        return str(self._root)

    def versions(self) -> list[int]:
        """Implements Store.versions."""
        with self._told("read"):
            return sorted(
                int(name)
                for name in self._names()
                if _is_version(name) and (self._root / name).is_dir()
            )

    def manifest(self, version: int) -> Manifest:
        """Implements Store.manifest."""
        return manifests.read(self._root / str(version))

    def verify(self, version: int) -> Manifest:
        """Implements Store.verify."""
        return manifests.verify(self._root / str(version))

    def fetch(self, version: int, folder: Path) -> Manifest:
        """Implements Store.fetch."""
        source = self._root / str(version)
        # Its links and pipes are refused before anything follows or reads them.
        manifests.verify(source)
        try:
            shutil.copytree(source, folder, symlinks=True, dirs_exist_ok=True)
        except OSError as error:
            raise ModelError(
                f"{source}: cannot be copied to {folder}: {reason(error)}; free some "
                "space, and run again"
            ) from None
        return manifests.verify(folder)

    def stage(self) -> Path:
        """Implements Store.stage; what dead publishers have left is removed."""
        with self._told("written"):
            self._root.mkdir(parents=True, exist_ok=True)
            for name in self._names():
                if name.startswith(_STAGING):
                    _remove_if_left(self._root / name)
            while True:
                folder = self._root / f"{_STAGING}{uuid.uuid4().hex}"
                folder.mkdir()
                held = _lock(folder)
                # Another publisher may have taken it for a leftover in between.
                if held is not None and folder.is_dir():
                    self._held[folder] = held
                    return folder

    def publish(self, folder: Path, manifest: Manifest) -> int:
        """Implements Store.publish."""
        with self._told("written"):
            _sync(folder)
            version = max(int(time.time()), self._largest() + 1)
            while not _renamed(folder, self._root / str(version)):
                version += 1
            _sync_one(self._root)
        self.release(folder)
        return version

    def release(self, folder: Path) -> None:
        """Implements Store.release."""
        shutil.rmtree(folder, ignore_errors=True)
        held = self._held.pop(folder, None)
        if held is not None:
            os.close(held)

    def retire(self, keep: int, grace_seconds: float) -> list[int]:
        """Implements Store.retire."""
        now = int(time.time())
        with self._told("written"):
            gone = []
            for version in self.versions()[: -max(1, keep)]:
                hidden = self._root / f".retired-{version}-{now}"
                # Another publisher may retire the same ones.
                with suppress(FileNotFoundError):
                    (self._root / str(version)).rename(hidden)
                    gone.append(version)
            for name in self._names():
                retired = _RETIRED.match(name)
                if retired and now - int(retired[2]) >= grace_seconds:
                    shutil.rmtree(self._root / name, ignore_errors=True)
        return gone

    def _names(self) -> list[str]:
        try:
            return sorted(os.listdir(self._root))
        except FileNotFoundError:
            return []

    def _largest(self) -> int:
        """The largest number ever used here, as far as it can be seen."""
        retired = (_RETIRED.match(name) for name in self._names())
        numbers = [int(found[1]) for found in retired if found]
        numbers += [int(name) for name in self._names() if _is_version(name)]
        return max(numbers, default=0)

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Turns what the system refuses into a sentence."""
        try:
            yield
        except OSError as error:
            raise ModelError(
                f"{error.filename or self._root}: cannot be {what}: {error.strerror}; "
                "what is published is as it was; mend it, or set push.destination"
            ) from None


def _is_version(name: str) -> bool:
    return name.isascii() and name.isdigit()


def _lock(folder: Path) -> int | None:
    """Marks a folder as in use for as long as this process lives."""
    try:
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        return None
    return held


def _remove_if_left(folder: Path) -> None:
    held = _lock(folder)
    if held is not None:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def _renamed(folder: Path, version: Path) -> bool:
    """Renames, unless another publisher was quicker with this number."""
    if version.exists():
        return False
    try:
        folder.rename(version)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            return False
        raise
    return True


def _sync(folder: Path) -> None:
    """Brings a folder and all in it to the disk."""
    for above, _, files in os.walk(folder, topdown=False):
        for name in files:
            _sync_one(Path(above, name))
        _sync_one(Path(above))


def _sync_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
