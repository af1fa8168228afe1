"""Digests of the files that nodes wrote, so that the cache never uses damaged files.

TFX checks only that the folder of a cached artifact exists, not its content.
"""

import contextlib
import logging
import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from newsdesk import atomic, regular
from newsdesk.config.paths import files_below
from newsdesk.errors import NewsdeskError
from newsdesk.identity import fingerprint
from pipeline.local.database import ARTIFACTS, DATABASE

_log = logging.getLogger("newsdesk")
# Suffix of the file beside an artifact, which `sha256sum --check` can read.
DIGESTS = ".sha256"
_MOST_BYTES = 64 << 20


class Outputs:
    """The artifacts of one root.

    Args:
        root: the folder of everything that a pipeline writes.
    """

    def __init__(self, root: Path) -> None:
        self._artifacts = (root / ARTIFACTS).resolve()

    def record(self, uris: Iterable[str]) -> None:
        """Writes the digests of artifacts that a node has just written.

        Args:
            uris: the folders of the artifacts; folders outside of the root are skipped.

        Raises:
            OSError: the digests cannot be written.
        """
        for folder in map(Path, uris):
            if folder.is_dir() and self._artifacts in folder.resolve().parents:
                text = "".join(f"{line}\n" for line in _lines(folder))
                atomic.write_text(_digests_of(folder), text, "surrogateescape")

    @contextlib.contextmanager
    def checked_cache(
        self, names: Collection[str], may_be_absent: bool = False
    ) -> Iterator[list[str]]:
        """Keeps the cache of TFX from using artifacts that have changed.

        Args:
            names: the names of the outputs that the node must have.
            may_be_absent: whether the node may also have no outputs.

        Yields:
            For each artifact that was not used, what is wrong with it.
        """
        from tfx.types import artifact_utils

        verify_existence = artifact_utils.verify_artifacts
        damaged: list[str] = []

        def verify(artifacts: Any) -> None:
            verify_existence(artifacts)
            folders = [
                Path(artifact.uri)
                for several in artifacts.values()
                for artifact in several
            ]
            is_absent = may_be_absent and not artifacts
            misnamed = "" if is_absent else _misnamed(artifacts, names)
            for problem in (misnamed, *map(self._problem, folders)):
                if problem:
                    _log.warning("not taken from the cache: %s", problem)
                    damaged.append(problem)
                    # TFX treats this error as a missing artifact, and runs the node.
                    raise RuntimeError(problem)

        # TFX has no hook for further checks of cached artifacts.
        artifact_utils.verify_artifacts = verify
        try:
            yield damaged
        finally:
            artifact_utils.verify_artifacts = verify_existence

    def _problem(self, folder: Path) -> str:
        # In a moved or copied root, the database contains paths of another root, whose
        # files may be from other data by now.
        if self._artifacts not in folder.resolve().parents:
            return f"{folder} is outside of this root"
        return difference(folder)


def difference(folder: Path) -> str:
    """Compares an artifact with its digests.

    Args:
        folder: the folder of the artifact.

    Returns:
        The first file that has changed, and how; "" if none has, or if there are no
        digests.
    """
    try:
        written = regular.read(_digests_of(folder), _MOST_BYTES)
        recorded = written.decode("utf-8", "surrogateescape").splitlines()
        found = _lines(folder)
    except FileNotFoundError:
        return ""
    except (OSError, NewsdeskError) as error:
        return f"{folder}: cannot be read: {error}"
    for line in recorded:
        if line not in found:
            # The path follows 64 characters of the digest and two spaces.
            name = folder.parent / line[66:]
            return f"{name} {'has changed' if name.exists() else 'is missing'}"
    added = next((line for line in found if line not in recorded), "")
    return f"{folder.parent / added[66:]} was added" if added else ""


def _misnamed(found: Iterable[str], names: Collection[str]) -> str:
    """Compares the names of outputs in the database, which may be damaged."""
    if set(found) == set(names):
        return ""
    listed = ", ".join(sorted(found)) or "nothing"
    return f"{DATABASE} lists {listed} instead of {', '.join(sorted(names))}"


def _digests_of(folder: Path) -> Path:
    return folder.with_name(folder.name + DIGESTS)


def _lines(folder: Path) -> list[str]:
    return [
        f"{fingerprint.of_file(file)}  {os.path.relpath(file, folder.parent)}"
        for file in files_below(folder)
    ]
