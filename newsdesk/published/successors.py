"""Decides which publisher makes the next version in an object store.

Objects cannot be renamed, but a publisher can create an object on the condition that it
does not exist yet. First it uploads the files of a version without the manifest. The
graph goes to `.graphs/`, because TensorFlow Serving loads every folder that has a
graph. Then it creates `.claims/after-7-0` with the manifest in it: from then on, this
is the version after 7. Graph and manifest only have to be copied into the version, and
every publisher can do this. So a publisher that dies in between does not block the
others, and two publishers can never follow the same version.
"""

import itertools
import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pydantic import BaseModel, ValidationError

from newsdesk.published import manifest as manifests

FOLDER = ".claims"
GRAPHS = ".graphs"
GRAPH = "saved_model.pb"
NAME = re.compile(r"after-(nothing|\d+)-\d+")
# Longer than a publisher may sleep between two reads of the store.
_KEPT_SECONDS = 24 * 3600


class Successor(BaseModel):
    """The content of a claim.

    Attributes:
        version: the number of the next version.
        manifest: the content of its manifest; empty when the version has it.
        at: when the claim was made, in seconds since 1970.
    """

    version: int
    manifest: str
    at: float


class Successors:
    """The claims to be the version after another one.

    Args:
        files: the file system of the store.
        root: the folder above the versions, in the form that the file system uses.
        newest: returns the newest version, None if there is none.
    """

    def __init__(self, files: Any, root: str, newest: Callable[[], int | None]) -> None:
        self._files = files
        self._root = root
        self._newest = newest

    def settle(self, names: list[str]) -> None:
        """Finishes the versions of dead publishers, and removes old claims.

        Args:
            names: the names of the objects in `.claims/`.
        """
        newest = self._newest()
        for name in filter(NAME.fullmatch, names):
            key = f"{self._root}/{FOLDER}/{name}"
            claim = self._read(key)
            if claim is None:
                continue
            if name.startswith(_name(newest)):
                if claim.manifest:
                    self._show(key, claim)
            elif time.time() - claim.at > _KEPT_SECONDS:
                self._files.rm_file(key)

    def succeed(self, over: int | None, version: int, manifest: bytes) -> bool:
        """Makes an uploaded version the one that follows another version.

        Args:
            over: the other version, None for the first one.
            version: the number of the uploaded one.
            manifest: the content of its manifest.

        Returns:
            False if another version came after that one.
        """
        claim = Successor(version=version, manifest=manifest.decode(), at=time.time())
        written = claim.model_dump_json().encode()
        for turn in itertools.count():
            key = f"{self._root}/{FOLDER}/{_name(over, turn)}"
            if self._newest() != over:
                return False
            try:
                # Fails if the object exists: If-None-Match on S3, generation 0 on
                # Google Cloud Storage.
                self._files.pipe_file(key, written, mode="create")
                break
            except FileExistsError:
                other = self._read(key)
                if other and other.manifest:
                    self._show(key, other)
                # Otherwise its version was made visible, and later removed by hand.
        shown = f"{self._root}/{version}/{manifests.FILE}"
        # While this publisher slept, another one may have removed an old claim.
        if self._newest() != over and not self._files.exists(shown):
            self._files.rm_file(key)
            return False
        self._show(key, claim)
        return True

    def _show(self, key: str, claim: Successor) -> None:
        version = f"{self._root}/{claim.version}"
        graph = f"{self._root}/{GRAPHS}/{claim.version}"
        # Another publisher may have done the same, and removed the graph.
        with suppress(FileNotFoundError):
            self._files.cp_file(graph, f"{version}/{GRAPH}")
        self._files.pipe_file(f"{version}/{manifests.FILE}", claim.manifest.encode())
        done = claim.model_copy(update={"manifest": ""})
        self._files.pipe_file(key, done.model_dump_json().encode())

    def _read(self, key: str) -> Successor | None:
        try:
            return Successor.model_validate_json(self._files.cat_file(key))
        except (FileNotFoundError, ValidationError):
            return None


def _name(over: int | None, turn: int | None = None) -> str:
    start = f"after-{'nothing' if over is None else over}-"
    return start if turn is None else f"{start}{turn}"
