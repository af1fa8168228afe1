"""The right to be the next version, in an object store.

Objects cannot be renamed, but one can be created that must not exist yet. A publisher
uploads all of a version but its manifest, with the graph in `.graphs/`, because
TensorFlow Serving loads whatever has a graph. Then it creates `.claims/after-7-0`,
which holds the manifest: from then on this is the version after 7. Graph and manifest
only have to be copied to their places, and whoever finds that undone can do it. So a
publisher that dies in between neither blocks the others nor lets two of them follow
the same version.
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
# Longer than a publisher may sleep between two looks at the store.
_KEPT_SECONDS = 24 * 3600


class Successor(BaseModel):
    """What a claim says.

    Attributes:
        version: the number of the next version.
        manifest: its content; empty once it is in its place.
        at: when the claim was made, in seconds since 1970.
    """

    version: int
    manifest: str
    at: float


class Successors:
    """The claims to come after a version.

    Args:
        files: the file system of the store.
        root: above the versions, as that file system has it.
        newest: tells the newest version, None if there is none.
    """

    def __init__(self, files: Any, root: str, newest: Callable[[], int | None]) -> None:
        self._files = files
        self._root = root
        self._newest = newest

    def settle(self, names: list[str]) -> None:
        """Makes visible what a dead publisher decided, and forgets what is old.

        Args:
            names: of the objects in `.claims/`.
        """
        newest = self._newest()
        for name in filter(NAME.fullmatch, names):
            place = f"{self._root}/{FOLDER}/{name}"
            claim = self._read(place)
            if claim is None:
                continue
            if name.startswith(_name(newest)):
                if claim.manifest:
                    self._show(place, claim)
            elif time.time() - claim.at > _KEPT_SECONDS:
                self._files.rm_file(place)

    def succeed(self, over: int | None, version: int, manifest: bytes) -> bool:
        """Makes an uploaded version the one after another.

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
            place = f"{self._root}/{FOLDER}/{_name(over, turn)}"
            if self._newest() != over:
                return False
            try:
                # Fails if the object exists: If-None-Match on S3, generation 0 on
                # Google Cloud Storage.
                self._files.pipe_file(place, written, mode="create")
                break
            except FileExistsError:
                other = self._read(place)
                if other and other.manifest:
                    self._show(place, other)
                # Else its version was made visible, and removed by hand since.
        shown = f"{self._root}/{version}/{manifests.FILE}"
        # An old claim may have been forgotten while this publisher slept.
        if self._newest() != over and not self._files.exists(shown):
            self._files.rm_file(place)
            return False
        self._show(place, claim)
        return True

    def _show(self, place: str, claim: Successor) -> None:
        version = f"{self._root}/{claim.version}"
        graph = f"{self._root}/{GRAPHS}/{claim.version}"
        # Another publisher may be doing the same.
        with suppress(FileNotFoundError):
            self._files.cp_file(graph, f"{version}/{GRAPH}")
        self._files.pipe_file(f"{version}/{manifests.FILE}", claim.manifest.encode())
        done = claim.model_copy(update={"manifest": ""})
        self._files.pipe_file(place, done.model_dump_json().encode())

    def _read(self, place: str) -> Successor | None:
        try:
            return Successor.model_validate_json(self._files.cat_file(place))
        except (FileNotFoundError, ValidationError):
            return None


def _name(over: int | None, turn: int | None = None) -> str:
    start = f"after-{'nothing' if over is None else over}-"
    return start if turn is None else f"{start}{turn}"
