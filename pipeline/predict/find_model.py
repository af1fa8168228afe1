"""Finds the model that answers, in whatever store a run has pushed it to."""

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
        address: above the versions: a folder, gs:// or s3://.
        version: its number.
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
        """When the version was published, in seconds since 1970.

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
    """Finds the model that answers, and fetches it from an object store.

    Args:
        root: a pipeline's folder; its newest push is taken.
        model: a version's folder, or the folder above versions; goes before root.
        home: where pipelines' folders are; the newest push among them is taken if
            neither root nor model is given.

    Yields:
        The folder of one SavedModel; a fetched one exists as long as the block.

    Raises:
        ConfigError: there is none; names what to run.
        ModelError: the store cannot be read, or the fetched files do not match their
            manifest.
    """
    found = find_model(root, model, home)
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
    """Finds the model that answers; see `opened_model`.

    Args:
        root: see `opened_model`.
        model: see `opened_model`.
        home: see `opened_model`.

    Returns:
        A version in a store, or the folder of a SavedModel that has no number.

    Raises:
        ConfigError: there is none; names what to run.
        ModelError: a store cannot be read.
    """
    if model is not None:
        if (model / SAVED_MODEL).is_file():
            return model
        if (version := _newest_version(str(model))) is None:
            raise ConfigError(
                f"{model}: holds no model ({SAVED_MODEL}, or folders of versions "
                "named by a number); give the folder that a run pushed to"
            )
        return version
    if root is not None:
        if (pushed := _newest_push(root)) is None:
            raise ConfigError(
                f"{root}: holds no pushed model; `newsdesk run CONFIG` makes one, and "
                "`newsdesk runs` says why a run did not push"
            )
        return pushed
    found = [pushed for one in home.glob("*") if (pushed := _newest_push(one))]
    if not found:
        raise ConfigError(
            f"{home}: holds no pushed model; make one with `newsdesk run CONFIG`, or "
            "name one with --root DIR or --model DIR"
        )
    # Without a choice, a store need not be asked for the time.
    return found[0] if len(found) == 1 else max(found, key=lambda one: one.published)


def _newest_push(root: Path) -> Pushed | None:
    """The newest version where the last run pushed to, else where an older one did."""
    pushed = (run.pushed.rpartition("/")[0] for run in past_runs(root) if run.pushed)
    asked = set()
    for address in (*pushed, str(root / "serving")):
        if address not in asked and (found := _newest_version(address)):
            return found
        asked.add(address)
    return None


def _newest_version(address: str) -> Pushed | None:
    for version in reversed(store(address).versions()):
        found = Pushed(address, version)
        # In a folder, whatever has a number counts as a version.
        if found.is_remote or (Path(str(found)) / SAVED_MODEL).is_file():
            return found
    return None
