"""A place that holds the versions of one model, whatever file system it lies on."""

from pathlib import Path
from typing import Protocol

from newsdesk.errors import ModelError
from newsdesk.published.manifest import Manifest


class Store(Protocol):
    """Versions of one model; a version is an integer and never changes.

    Whoever reads sees only complete versions, whatever happens to whoever writes.
    """

    @property
    def address(self) -> str:
        """The folder above the versions, as the configuration names it."""

    def versions(self) -> list[int]:
        """Lists the versions, the oldest first.

        Returns:
            Whatever readers would take for a version, complete or not: one that is
            not must be told from there being none. Empty where the place is not.

        Raises:
            ModelError: the place is there and cannot be read.
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
        """Holds a version against its manifest, where it lies.

        Args:
            version: one of `versions`.

        Returns:
            The manifest.

        Raises:
            ModelError: a file is altered, missing or new.
        """

    def fetch(self, version: int, folder: Path) -> Manifest:
        """Copies a version, and holds the copy against its manifest.

        Args:
            version: one of `versions`.
            folder: where to; is made, or empty.

        Returns:
            The manifest.

        Raises:
            ModelError: a file is altered, missing or new.
        """

    def publish(self, folder: Path, manifest: Manifest, over: int | None) -> int:
        """Adds a version, all at once, after the one that it was compared with.

        Of several publishers that name the same version, on whatever hosts, one
        succeeds.

        Args:
            folder: a SavedModel in the folder that `stage` gave; gone afterwards.
            manifest: of what lies in the folder, and written into it.
            over: the newest version that this one may replace; None if there must be
                no version yet.

        Returns:
            Its number, larger than every number there.

        Raises:
            ModelError: another version is the newest, or the place cannot be written;
                what was there is as it was.
        """

    def stage(self) -> Path:
        """Makes an empty folder to prepare a version in.

        Returns:
            A folder that no reader takes for a version, on the same file system
            where there is one.

        Raises:
            ModelError: the place cannot be written.
        """

    def release(self, folder: Path) -> None:
        """Removes what was staged and will not be published.

        Args:
            folder: from `stage`; one that was published is gone already.
        """

    def retire(self, keep: int, grace_seconds: float) -> list[int]:
        """Takes old versions out of sight, and deletes those retired long ago.

        Args:
            keep: how many of the newest stay.
            grace_seconds: between out of sight and deleted.

        Returns:
            The versions that went out of sight.
        """


def replaced(address: str, newest: int | None) -> ModelError:
    """Says that a candidate was not compared with the model in service.

    Args:
        address: above the versions.
        newest: the newest version there, None if there is none any more.

    Returns:
        The error.
    """
    if newest is None:
        return ModelError(
            f"{address}: the version that the candidate was compared with was removed, "
            "so nothing was published; run again"
        )
    return ModelError(
        f"{address}: version {newest} came into service while the run was at work, and "
        "the candidate was not compared with it, so nothing was published; run again, "
        "which compares anew"
    )
