"""Versions of a model in an object store, where nothing can be renamed at once.

A version counts when it has a manifest, and the manifest is written last. Its number is
claimed before by an object that only one writer can create, and so is the right to come
after the version that it was compared with (`successors.py`).
"""

import logging
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from newsdesk.errors import ModelError, first_line
from newsdesk.published import manifest as manifests
from newsdesk.published.manifest import Manifest
from newsdesk.published.numbers import following, number
from newsdesk.published.store import replaced
from newsdesk.published.successors import FOLDER, GRAPH, GRAPHS, NAME, Successors

_log = logging.getLogger("newsdesk")
_EXTRAS = {"gs": "gcs", "s3": "s3"}
_RETIRED = ".retired"
_RETIREMENT = re.compile(r"(\d+)-(\d+)\.json")
# An upload that took longer than this has died.
_UPLOAD_SECONDS = 24 * 3600
_OPTIONS: dict[str, dict[str, Any]] = {
    "gs": {},
    "s3": {
        "config_kwargs": {
            "connect_timeout": 10,
            "read_timeout": 60,
            "retries": {"max_attempts": 3},
        }
    },
}


def connected(address: str) -> tuple[Any, str]:
    """Opens an object store; nothing is read yet.

    Args:
        address: begins with gs:// or s3://.

    Returns:
        Its file system, as fsspec has it, and the address as that one has it.

    Raises:
        ModelError: the package that reaches the address is not installed.
    """
    import fsspec

    scheme = address.partition("://")[0]
    try:
        # Listings are never kept: others write there too.
        files, root = fsspec.url_to_fs(
            address, use_listings_cache=False, **_OPTIONS[scheme]
        )
    except ImportError:
        raise ModelError(
            f"{address}: the package that reads it is missing; run `pip install "
            f"newsdesk[{_EXTRAS[scheme]}]`"
        ) from None
    return files, root


class RemoteStore:
    """A `Store` below gs:// or s3://, through fsspec.

    Credentials and endpoints are found where the libraries of the store look for them:
    in the environment, a file of the user, or the machine's own service.

    Args:
        address: above the versions.

    Raises:
        ModelError: the package that reaches the address is not installed.
    """

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        self._files, self._root = connected(self._address)
        self._successors = Successors(
            self._files, self._root, lambda: max(self.versions(), default=None)
        )

    @property
    def address(self) -> str:
        """Implements Store.address."""
        return self._address

    def versions(self) -> list[int]:
        """Implements Store.versions; without its manifest none is a version here."""
        with self._told("read"):
            return sorted(
                version
                for version in self._numbers("")
                if self._files.exists(self._at(version, manifests.FILE))
            )

    def manifest(self, version: int) -> Manifest:
        """Implements Store.manifest."""
        with self._told("read"):
            written = self._files.cat_file(self._at(version, manifests.FILE))
        return manifests.parse(written, f"{self._address}/{version}/{manifests.FILE}")

    def verify(self, version: int) -> Manifest:
        """Implements Store.verify, on a copy."""
        with tempfile.TemporaryDirectory(prefix="newsdesk-") as scratch:
            return self.fetch(version, Path(scratch, "model"))

    def fetch(self, version: int, folder: Path) -> Manifest:
        """Implements Store.fetch."""
        above = self._at(version)
        with self._told("read"):
            # Objects of no bytes whose name ends with a slash only mark a folder.
            names = [
                name.removeprefix(f"{above}/")
                for name in self._files.find(above)
                if not name.endswith("/")
            ]
            for name in names:
                # Joined with a folder, `//etc/x` would be a path from the root.
                if not {"", ".", ".."}.isdisjoint(name.split("/")):
                    raise ModelError(f"{self._address}/{version}: has an object {name}")
                file = folder / name
                file.parent.mkdir(parents=True, exist_ok=True)
                self._files.get_file(self._at(version, name), str(file))
        try:
            return manifests.verify(folder)
        except ModelError as error:
            # The copy is often gone when somebody reads this.
            there = f"{self._address}/{version}"
            raise type(error)(str(error).replace(str(folder), there)) from None

    def stage(self) -> Path:
        """Implements Store.stage: on this machine."""
        return Path(tempfile.mkdtemp(prefix="newsdesk-staging-"))

    def publish(self, folder: Path, manifest: Manifest, over: int | None) -> int:
        """Implements Store.publish."""
        with self._told("written"):
            self._must_be_newest(over)
            version = self._claimed()
            for part in manifest.files:
                place = self._at(version, part.path)
                if part.path == GRAPH:
                    place = self._graph(version)
                self._files.put_file(str(folder / part.path), place)
            if (signature := folder / manifests.SIGNATURE).is_file():
                place = self._at(version, manifests.SIGNATURE)
                self._files.put_file(str(signature), place)
            if not self._successors.succeed(over, version, manifest.to_bytes()):
                self._remove(version)
                self._must_be_newest(over)
                raise replaced(self._address, over)
        try:
            with self._told("swept"):
                self._sweep()
        except ModelError as error:
            # It is published, and the next publisher sweeps again.
            _log.warning("version %d is in service: %s", version, error)
        self.release(folder)
        return version

    def release(self, folder: Path) -> None:
        """Implements Store.release."""
        shutil.rmtree(folder, ignore_errors=True)

    def retire(self, keep: int, grace_seconds: float) -> list[int]:
        """Implements Store.retire."""
        now = int(time.time())
        with self._told("written"):
            there = self.versions()
            gone = there[: -max(1, keep)]
            for version in gone:
                written = self._at(version, manifests.FILE)
                kept = f"{self._root}/{_RETIRED}/{version}-{now}.json"
                self._files.pipe_file(kept, self._files.cat_file(written))
                self._files.rm_file(written)
            for name in self._listed(_RETIRED):
                retired = _RETIREMENT.fullmatch(name)
                if retired and now - int(retired[2]) >= grace_seconds:
                    # Who died in between has left a version that is still in sight.
                    if int(retired[1]) not in {*there} - {*gone}:
                        self._remove(int(retired[1]))
                    self._files.rm_file(f"{self._root}/{_RETIRED}/{name}")
        return gone

    def _must_be_newest(self, version: int | None) -> None:
        """Refuses to publish over another version than the newest."""
        self._successors.settle(self._listed(FOLDER))
        newest = max(self.versions(), default=None)
        if newest != version:
            raise replaced(self._address, newest)

    def _claimed(self) -> int:
        """A number that no other writer has, larger than every one there."""
        used = [*self._numbers(""), *self._numbers(FOLDER)]
        version = following(max(used, default=0), self._address)
        told = f"{os.uname().nodename} {os.getpid()}".encode()
        while True:
            try:
                self._files.pipe_file(
                    f"{self._root}/{FOLDER}/{version}", told, mode="create"
                )
                return version
            except FileExistsError:
                version += 1

    def _sweep(self) -> None:
        """Removes what dead uploads have left, and claims of finished ones."""
        for name in self._listed(FOLDER):
            version = number(name)
            if version is None:
                if not NAME.fullmatch(name):
                    _log.warning(
                        "%s/%s/%s: is not a claim of a push and was ignored; remove it "
                        "if nobody needs it",
                        *(self._address, FOLDER, name),
                    )
                continue
            is_old = time.time() - version > _UPLOAD_SECONDS
            if self._files.exists(self._at(version, manifests.FILE)):
                # Its number is seen by its objects from now on.
                self._remove_graph(version)
                self._files.rm_file(f"{self._root}/{FOLDER}/{name}")
            elif is_old:
                self._remove(version)
                self._files.rm_file(f"{self._root}/{FOLDER}/{name}")

    def _remove(self, version: int) -> None:
        for name in self._files.find(self._at(version)):
            self._files.rm_file(name)
        self._remove_graph(version)

    def _remove_graph(self, version: int) -> None:
        if self._files.exists(self._graph(version)):
            self._files.rm_file(self._graph(version))

    def _numbers(self, below: str) -> list[int]:
        names = self._listed(below)
        return [found for name in names if (found := number(name)) is not None]

    def _listed(self, below: str) -> list[str]:
        """The names right below a prefix; none where nothing has it."""
        place = f"{self._root}/{below}".rstrip("/")
        try:
            found = self._files.ls(place, detail=False)
        except FileNotFoundError:
            return []
        names = [name.rstrip("/").removeprefix(place).strip("/") for name in found]
        return [name for name in names if name]

    def _graph(self, version: int) -> str:
        """Where the graph waits until the version is the next one."""
        return f"{self._root}/{GRAPHS}/{version}"

    def _at(self, version: int, name: str = "") -> str:
        return f"{self._root}/{version}/{name}".rstrip("/")

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Turns what the libraries raise, each its own kinds, into a sentence."""
        try:
            yield
        except ModelError:
            raise
        except Exception as error:
            raise ModelError(
                f"{self._address}: cannot be {what}: {first_line(error)}; what is "
                "published is as it was; check the address, the credentials and the "
                "network"
            ) from error
