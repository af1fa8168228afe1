"""The interface of stores, which keep the versions of one model."""

from pathlib import Path
from typing import Protocol

from newsdesk.errors import ModelError
from newsdesk.published.manifest import Manifest


class Store(Protocol):
    """Versions of one model; a version is an integer and never changes.

    Readers see only complete versions, even if a publisher is killed.
    """

    @property
    def address(self) -> str:
        """The folder above the versions, as the configuration names it."""

    def versions(self) -> list[int]:
        """Lists the versions, the oldest first.

        Returns:
            Everything that readers take for a version, even if incomplete, so that a
            damaged version is not mistaken for none. Empty if the destination does
            not exist.

        Raises:
            ModelError: the destination exists, but cannot be read.
        """

    def manifest(self, version: int) -> Manifest:
        """Reads a version's manifest.

        Args:
            version: one of `versions`.

        Returns:
            The manifest, unchanged since it was written.

        Raises:
            ModelError: it cannot be read, or was changed.
        """

    def verify(self, version: int) -> Manifest:
        """Checks the files of a version against its manifest.

        Args:
            version: one of `versions`.

        Returns:
            The manifest.

        Raises:
            ModelError: a file was altered, is missing or is not in the manifest.
        """

    def fetch(self, version: int, folder: Path) -> Manifest:
        """Copies a version, and checks the copy against its manifest.

        Args:
            version: one of `versions`.
            folder: the folder of the copy; empty, or created if it does not exist.

        Returns:
            The manifest.

        Raises:
            ModelError: a file was altered, is missing or is not in the manifest.
        """

    def publish(self, folder: Path, manifest: Manifest, over: int | None) -> int:
        """Adds a version atomically, after the one that it was compared with.

        If several publishers, on any hosts, give the same `over`, only one succeeds.

        Args:
            folder: a SavedModel in the folder from `stage`, which no longer exists
                afterwards.
            manifest: the manifest of the folder, already written into it.
            over: the newest version that this one may replace; None if there must be
                no version yet.

        Returns:
            Its number, larger than all others.

        Raises:
            ModelError: another version is the newest, or the destination cannot be
                written; existing versions are unchanged.
        """

    def stage(self) -> Path:
        """Makes an empty folder to prepare a version in.

        Returns:
            A folder that no reader takes for a version; if the store is a folder, on
            the same file system.

        Raises:
            ModelError: the destination cannot be written.
        """

    def release(self, folder: Path) -> None:
        """Removes a staged folder; does nothing if it was published.

        Args:
            folder: from `stage`.
        """

    def retire(
        self, keep: int, grace_seconds: float, spared: int | None = None
    ) -> list[int]:
        """Hides old versions from readers, and deletes those hidden long ago.

        Args:
            keep: how many of the newest versions stay visible.
            grace_seconds: time between hiding and deleting a version.
            spared: an older version that also stays visible.

        Returns:
            The versions that were hidden.
        """


def replaced(address: str, newest: int | None) -> ModelError:
    """Makes the error for a candidate that was not compared with the model in service.

    Args:
        address: the folder above the versions.
        newest: the newest version, None if there is none any more.

    Returns:
        The error.
    """
    if newest is None:
        return ModelError(
            f"{address}: the version that the candidate was compared with was removed, "
            "so nothing was published; run again"
        )
    return ModelError(
        f"{address}: version {newest} came into service during this run, and the "
        "candidate was not compared with it, so nothing was published; run again to "
        "compare them"
    )
