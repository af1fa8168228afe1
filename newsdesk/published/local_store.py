"""Versions of a model in a folder, as TensorFlow Serving watches it."""

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
    """A `Store` in a folder: a version appears by one rename, and goes by one.

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
        with self._told("read"):
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
            staged = self._staging.make()
            self._staged[staged.model] = staged
            self._staging.sweep(staged, self._newest())
        return staged.model

    def publish(self, folder: Path, manifest: Manifest, over: int | None) -> int:
        """Implements Store.publish."""
        staged = self._staged[folder]
        with self._told("written"):
            sync_tree(folder)
            try:
                with turn(self._staging.folder / "lock"):
                    version = self._placed(staged, over)
            except FileNotFoundError:
                raise ModelError(
                    f"{self._root}: another publisher took {staged.above} for left "
                    "behind, so nothing was published; run again"
                ) from None
            sync(self._root)
        os.close(self._staged.pop(folder).lock)
        return version

    def release(self, folder: Path) -> None:
        """Implements Store.release."""
        staged = self._staged.pop(folder, None)
        if staged is not None:
            self._staging.discard(staged)

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

    def _placed(self, staged: Staged, over: int | None) -> int:
        """Lets a model appear as the version after another one."""
        if not self._staging.succeed(staged, over, lambda: self._newest() == over):
            raise replaced(self.address, self._newest())
        version = following(self._largest(), self.address)
        while (
            # Renaming a folder over an empty one would work.
            os.path.lexists(self._root / str(version))
            or not renamed(staged.model, self._root / str(version))
        ):
            version += 1
        return version

    def _newest(self) -> int | None:
        # A client of NFS remembers a listing for up to a minute, but not beyond a
        # change of its own.
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
        """The largest number ever used here, as far as it can be seen."""
        retired = (_RETIRED.match(name) for name in self._names())
        names = [found[1] for found in retired if found] + self._names()
        numbers = [found for name in names if (found := number(name)) is not None]
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
