"""Versions of a model in an object store, which cannot rename a folder.

A version counts when it has a manifest, and the manifest is written last. Before that,
a publisher claims the number of the version with an object that only one publisher can
create. In the same way it claims the right to follow the version that it was compared
with (`successors.py`).
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
# A publisher whose upload takes longer than this is taken for dead.
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
    """Opens an object store without reading from it.

    Args:
        address: begins with gs:// or s3://.

    Returns:
        The fsspec file system, and the address in the form that it uses.

    Raises:
        ModelError: the package that reaches the address is not installed.
    """
    import fsspec

    scheme = address.partition("://")[0]
    try:
        # Listings are not cached, because others may write there at the same time.
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

    The libraries of the store find credentials and endpoints: in the environment, in a
    file of the user, or from the metadata service of the machine.

    Args:
        address: the folder above the versions.

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
        """Implements Store.versions; only versions with a manifest count here."""
        with self._explained("read"):
            return sorted(
                version
                for version in self._numbers("")
                if self._files.exists(self._at(version, manifests.FILE))
            )

    def manifest(self, version: int) -> Manifest:
        """Implements Store.manifest."""
        with self._explained("read"):
            written = self._files.cat_file(self._at(version, manifests.FILE))
        return manifests.parse(written, f"{self._address}/{version}/{manifests.FILE}")

    def verify(self, version: int) -> Manifest:
        """Implements Store.verify, on a copy."""
        with tempfile.TemporaryDirectory(prefix="newsdesk-") as scratch:
            return self.fetch(version, Path(scratch, "model"))

    def fetch(self, version: int, folder: Path) -> Manifest:
        """Implements Store.fetch."""
        above = self._at(version)
        with self._explained("read"):
            # Empty objects whose names end with a slash only mark folders.
            names = [
                name.removeprefix(f"{above}/")
                for name in self._files.find(above)
                if not name.endswith("/")
            ]
            for name in names:
                # Joined with a folder, `//etc/x` would be a path from the root.
                if not {"", ".", ".."}.isdisjoint(name.split("/")):
                    raise ModelError(
                        f"{self._address}/{version}: has an object {name}, which could "
                        "be copied outside of its folder; do not serve this model"
                    )
                file = folder / name
                file.parent.mkdir(parents=True, exist_ok=True)
                self._files.get_file(self._at(version, name), str(file))
        try:
            return manifests.verify(folder)
        except ModelError as error:
            # Name the version, because the copy is often temporary.
            source = f"{self._address}/{version}"
            raise type(error)(str(error).replace(str(folder), source)) from None

    def stage(self) -> Path:
        """Implements Store.stage: on this machine."""
        return Path(tempfile.mkdtemp(prefix="newsdesk-staging-"))

    def publish(self, folder: Path, manifest: Manifest, over: int | None) -> int:
        """Implements Store.publish."""
        with self._explained("written"):
            self._must_be_newest(over)
            version = self._claimed()
            for part in manifest.files:
                key = self._at(version, part.path)
                if part.path == GRAPH:
                    key = self._graph(version)
                self._files.put_file(str(folder / part.path), key)
            if (signature := folder / manifests.SIGNATURE).is_file():
                key = self._at(version, manifests.SIGNATURE)
                self._files.put_file(str(signature), key)
            if not self._successors.succeed(over, version, manifest.to_bytes()):
                self._remove(version)
                self._must_be_newest(over)
                raise replaced(self._address, over)
        try:
            with self._explained("cleaned up"):
                self._sweep()
        except ModelError as error:
            # The version is published, and the next publisher cleans up again.
            _log.warning("version %d is in service: %s", version, error)
        self.release(folder)
        return version

    def release(self, folder: Path) -> None:
        """Implements Store.release."""
        shutil.rmtree(folder, ignore_errors=True)

    def retire(
        self, keep: int, grace_seconds: float, spared: int | None = None
    ) -> list[int]:
        """Implements Store.retire."""
        now = int(time.time())
        with self._explained("written"):
            visible = self.versions()
            hidden = [
                version for version in visible[: -max(1, keep)] if version != spared
            ]
            for version in hidden:
                manifest = self._at(version, manifests.FILE)
                copy = f"{self._root}/{_RETIRED}/{version}-{now}.json"
                self._files.pipe_file(copy, self._files.cat_file(manifest))
                self._files.rm_file(manifest)
            for name in self._listed(_RETIRED):
                retired = _RETIREMENT.fullmatch(name)
                if retired and now - int(retired[2]) >= grace_seconds:
                    # A process that died between copy and removal left it visible.
                    if int(retired[1]) not in {*visible} - {*hidden}:
                        self._remove(int(retired[1]))
                    self._files.rm_file(f"{self._root}/{_RETIRED}/{name}")
        return hidden

    def _must_be_newest(self, version: int | None) -> None:
        """Raises an error unless a version is the newest."""
        self._successors.settle(self._listed(FOLDER))
        newest = max(self.versions(), default=None)
        if newest != version:
            raise replaced(self._address, newest)

    def _claimed(self) -> int:
        """Claims a number that no other publisher has, larger than all in use."""
        used = [*self._numbers(""), *self._numbers(FOLDER)]
        version = following(max(used, default=0), self._address)
        owner = f"{os.uname().nodename} {os.getpid()}".encode()
        while True:
            try:
                self._files.pipe_file(
                    f"{self._root}/{FOLDER}/{version}", owner, mode="create"
                )
                return version
            except FileExistsError:
                version += 1

    def _sweep(self) -> None:
        """Removes leftovers of dead uploads, and the claims of finished uploads."""
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
                # Now the objects of the version show that its number is in use.
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
        """The names directly below a prefix; an empty list if there are none."""
        prefix = f"{self._root}/{below}".rstrip("/")
        try:
            found = self._files.ls(prefix, detail=False)
        except FileNotFoundError:
            return []
        names = [name.rstrip("/").removeprefix(prefix).strip("/") for name in found]
        return [name for name in names if name]

    def _graph(self, version: int) -> str:
        """Where the graph is kept until the version is published."""
        return f"{self._root}/{GRAPHS}/{version}"

    def _at(self, version: int, name: str = "") -> str:
        return f"{self._root}/{version}/{name}".rstrip("/")

    @contextmanager
    def _explained(self, action: str) -> Iterator[None]:
        """Turns any error of the store's libraries into a ModelError."""
        try:
            yield
        except ModelError:
            raise
        except Exception as error:
            raise ModelError(
                f"{self._address}: cannot be {action}: {first_line(error)}; published "
                "versions are unchanged; check the address, the credentials and the "
                "network"
            ) from error
