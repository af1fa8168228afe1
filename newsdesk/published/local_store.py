"""Versions of a model in a folder that TensorFlow Serving can watch."""

import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from newsdesk.atomic import sync, sync_tree
from newsdesk.errors import ModelError, reason
from newsdesk.published import manifest as manifests
from newsdesk.published.manifest import Manifest
from newsdesk.published.numbers import following, number
from newsdesk.published.staging import LOOK, Staged, Staging, renamed
from newsdesk.published.store import replaced
from newsdesk.published.turns import turn

_RETIRED = re.compile(r"^\.retired-(\d+)-(\d+)$")


class LocalStore:
    """A `Store` in a folder; one rename makes a version appear or disappear.

    Args:
        root: the folder; need not exist until something is published.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._staging = Staging(root)
        self._staged: dict[Path, Staged] = {}

    @property
    def address(self) -> str:
        """Implements Store.address."""
        return str(self._root)

    def versions(self) -> list[int]:
        """Implements Store.versions."""
        with self._explained("read"):
            return sorted(
                found
                for name in self._names()
                if (found := number(name)) is not None and (self._root / name).is_dir()
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
        # Refuses links and pipes, before the copy follows or reads them.
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
        """Implements Store.stage, and removes leftovers of dead publishers."""
        with self._explained("written"):
            staged = self._staging.make()
            self._staged[staged.model] = staged
            self._staging.sweep(staged, self._newest())
        return staged.model

    def publish(self, folder: Path, manifest: Manifest, over: int | None) -> int:
        """Implements Store.publish."""
        staged = self._staged[folder]
        with self._explained("written"):
            sync_tree(folder)
            try:
                with turn(self._staging.folder / "lock"):
                    version = self._placed(staged, over)
            except FileNotFoundError:
                raise ModelError(
                    f"{self._root}: another publisher took {staged.above} for a "
                    "leftover and removed it, so nothing was published; run again"
                ) from None
            sync(self._root)
        os.close(self._staged.pop(folder).lock)
        return version

    def release(self, folder: Path) -> None:
        """Implements Store.release."""
        staged = self._staged.pop(folder, None)
        if staged is not None:
            self._staging.discard(staged)

    def retire(
        self, keep: int, grace_seconds: float, spared: int | None = None
    ) -> list[int]:
        """Implements Store.retire."""
        now = int(time.time())
        with self._explained("written"):
            hidden = []
            for version in self.versions()[: -max(1, keep)]:
                if version == spared:
                    continue
                aside = self._root / f".retired-{version}-{now}"
                # Another publisher may retire the same version at the same time.
                with suppress(FileNotFoundError):
                    (self._root / str(version)).rename(aside)
                    hidden.append(version)
            for name in self._names():
                retired = _RETIRED.match(name)
                if retired and now - int(retired[2]) >= grace_seconds:
                    shutil.rmtree(self._root / name, ignore_errors=True)
        return hidden

    def _placed(self, staged: Staged, over: int | None) -> int:
        """Renames a staged model to the version after another one."""
        if not self._staging.succeed(staged, over, lambda: self._newest() == over):
            raise replaced(self.address, self._newest())
        version = following(self._largest(), self.address)
        while (
            # A rename would silently replace an empty folder.
            os.path.lexists(self._root / str(version))
            or not renamed(staged.model, self._root / str(version))
        ):
            version += 1
        return version

    def _newest(self) -> int | None:
        # An NFS client may use a listing that is a minute old, but it drops the listing
        # when it changes the folder itself.
        look = self._root / f"{LOOK}{uuid.uuid4().hex}"
        look.mkdir()
        look.rmdir()
        return max(self.versions(), default=None)

    def _names(self) -> list[str]:
        try:
            return sorted(os.listdir(self._root))
        except FileNotFoundError:
            return []

    def _largest(self) -> int:
        """The largest number of a present or retired version, 0 if there is none."""
        retired = (_RETIRED.match(name) for name in self._names())
        names = [found[1] for found in retired if found] + self._names()
        numbers = [found for name in names if (found := number(name)) is not None]
        return max(numbers, default=0)

    @contextmanager
    def _explained(self, action: str) -> Iterator[None]:
        """Turns errors of the file system into a ModelError."""
        try:
            yield
        except OSError as error:
            raise ModelError(
                f"{error.filename or self._root}: cannot be {action}: "
                f"{error.strerror}; published versions are unchanged; fix this, or set "
                "push.destination to another folder"
            ) from None
