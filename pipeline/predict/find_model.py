"""Finds the model to predict with, in the store that a run pushed it to."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from newsdesk.errors import ConfigError
from newsdesk.published.stores import store
from pipeline.local.history import past_runs

SAVED_MODEL = "saved_model.pb"


@dataclass(frozen=True)
class Pushed:
    """A version in a store.

    Attributes:
        address: the folder or address (gs://, s3://) that contains the versions.
        version: the number of the version.
    """

    address: str
    version: int

    def __str__(self) -> str:
        return f"{self.address}/{self.version}"

    @property
    def is_remote(self) -> bool:
        """Whether the version must be fetched before it can be loaded."""
        return "://" in self.address

    @property
    def published(self) -> float:
        """The time of the publication, in seconds since 1970.

        Raises:
            ModelError: the store cannot be read.
        """
        if self.is_remote:
            return store(self.address).manifest(self.version).published.timestamp()
        return (Path(str(self)) / SAVED_MODEL).stat().st_mtime


@contextlib.contextmanager
def opened_model(
    root: Path | None = None, model: Path | None = None, home: Path = Path("newsdesk")
) -> Iterator[Path]:
    """Finds the model to predict with, and fetches it if it is in an object store.

    Args:
        root: the folder of a pipeline, whose newest push is used.
        model: the folder of a version, or of versions; has priority over root.
        home: the folder that contains the folders of pipelines; their newest push is
            used if neither root nor model is given.

    Yields:
        The folder of one SavedModel; a fetched model exists only during the block.

    Raises:
        ConfigError: there is no model; names the command that makes one.
        ModelError: the store cannot be read, or the fetched files do not match their
            manifest.
    """
    with opened(find_model(root, model, home)) as folder:
        yield folder


@contextlib.contextmanager
def opened(found: Path | Pushed) -> Iterator[Path]:
    """Fetches a model if it is in an object store.

    Args:
        found: from `find_model`.

    Yields:
        The folder of one SavedModel; a fetched model exists only during the block.

    Raises:
        ModelError: the store cannot be read, or the fetched files do not match their
            manifest.
    """
    if isinstance(found, Path) or not found.is_remote:
        yield Path(str(found))
        return
    with tempfile.TemporaryDirectory(prefix="newsdesk-") as scratch:
        folder = Path(scratch, str(found.version))
        store(found.address).fetch(found.version, folder)
        yield folder


def find_model(
    root: Path | None = None, model: Path | None = None, home: Path = Path("newsdesk")
) -> Path | Pushed:
    """Finds the model to predict with, but does not fetch it; see `opened_model`.

    Args:
        root: see `opened_model`.
        model: see `opened_model`.
        home: see `opened_model`.

    Returns:
        A version in a store, or the folder of a SavedModel that has no number.

    Raises:
        ConfigError: there is no model; names the command that makes one.
        ModelError: a store cannot be read.
    """
    if model is not None:
        if (model / SAVED_MODEL).is_file():
            return model
        if (version := newest_version(str(model))) is None:
            raise ConfigError(
                f"{model}: contains no model ({SAVED_MODEL}, or folders of versions "
                "named by a number); give the folder that a run pushed to"
            )
        return version
    if root is not None:
        if (pushed := _newest_push(root)) is None:
            raise ConfigError(
                f"{root}: contains no pushed model; `newsdesk run CONFIG` makes one, "
                "and `newsdesk runs` shows why a run did not push"
            )
        return pushed
    found = [pushed for root in home.glob("*") if (pushed := _newest_push(root))]
    if not found:
        raise ConfigError(
            f"{home}: contains no pushed model; make one with `newsdesk run CONFIG`, "
            "or choose one with --root DIR or --model DIR"
        )
    # With a single push, the store is not asked for the time of publication.
    return found[0] if len(found) == 1 else max(found, key=lambda push: push.published)


def holds_model(folder: Path) -> bool:
    """Tells the folder of a model, or of versions, from the root of a pipeline.

    Args:
        folder: a local folder.

    Returns:
        Whether a model is in it, or in a folder of it that is named by a number.
    """
    if (folder / SAVED_MODEL).is_file():
        return True
    return folder.is_dir() and newest_version(str(folder)) is not None


def _newest_push(root: Path) -> Pushed | None:
    """The newest version at the last run's destination, or at that of an older run."""
    pushed = (run.pushed.rpartition("/")[0] for run in past_runs(root) if run.pushed)
    asked = set()
    for address in (*pushed, str(root / "serving")):
        if address not in asked and (found := newest_version(address)):
            return found
        asked.add(address)
    return None


def newest_version(address: str) -> Pushed | None:
    """Finds the newest version with a model.

    Args:
        address: the folder or address (gs://, s3://) that contains the versions.

    Returns:
        The version; None if there is none.

    Raises:
        ModelError: the store cannot be read.
    """
    for version in reversed(store(address).versions()):
        found = Pushed(address, version)
        # A local store lists every folder with a number, even without a model.
        if found.is_remote or (Path(str(found)) / SAVED_MODEL).is_file():
            return found
    return None
