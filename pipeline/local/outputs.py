"""Digests of what nodes wrote, so that the cache never answers with damaged files.

TFX looks whether the folder of a cached artifact exists, and not into it.
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
# Beside the folder of an artifact, in the form that `sha256sum --check` reads.
DIGESTS = ".sha256"
_MOST_BYTES = 64 << 20


class Outputs:
    """The artifacts of one root.

    Args:
        root: the folder that holds everything a pipeline writes.
    """

    def __init__(self, root: Path) -> None:
        self._artifacts = (root / ARTIFACTS).resolve()

    def record(self, uris: Iterable[str]) -> None:
        """Writes the digests of artifacts that a node has just made.

        Args:
            uris: of the artifacts; those outside of the root are left out.

        Raises:
            OSError: the digests cannot be written.
        """
        for folder in map(Path, uris):
            if folder.is_dir() and self._artifacts in folder.resolve().parents:
                text = "".join(f"{line}\n" for line in _lines(folder))
                atomic.write_text(_beside(folder), text, "surrogateescape")

    @contextlib.contextmanager
    def checked_cache(
        self, names: Collection[str], may_be_absent: bool = False
    ) -> Iterator[list[str]]:
        """Lets the cache of TFX pass over artifacts that are not as they were made.

        Args:
            names: of the outputs that the node must have.
            may_be_absent: whether it may also have none.

        Yields:
            What was wrong with those that were passed over, in words.
        """
        from tfx.types import artifact_utils

        exist = artifact_utils.verify_artifacts
        damaged: list[str] = []

        def verify(artifacts: Any) -> None:
            exist(artifacts)
            folders = [Path(one.uri) for many in artifacts.values() for one in many]
            is_absent = may_be_absent and not artifacts
            misnamed = "" if is_absent else _misnamed(artifacts, names)
            for wrong in (misnamed, *map(self._wrong, folders)):
                if wrong:
                    _log.warning("not taken from the cache: %s", wrong)
                    damaged.append(wrong)
                    # The cache takes this error for "not there".
                    raise RuntimeError(wrong)

        # The cache has no place for a check of one's own.
        artifact_utils.verify_artifacts = verify
        try:
            yield damaged
        finally:
            artifact_utils.verify_artifacts = exist

    def _wrong(self, folder: Path) -> str:
        # In a moved or copied root, the database names places of another root, whose
        # files may be of other data by now.
        if self._artifacts not in folder.resolve().parents:
            return f"{folder} is outside of this root"
        return difference(folder)


def difference(folder: Path) -> str:
    """Compares an artifact with its digests.

    Args:
        folder: of the artifact.

    Returns:
        Which file is not as it was made, and how; "" where all are, or where nobody
        has recorded any.
    """
    try:
        written = regular.read(_beside(folder), _MOST_BYTES)
        recorded = written.decode("utf-8", "surrogateescape").splitlines()
        found = _lines(folder)
    except FileNotFoundError:
        return ""
    except (OSError, NewsdeskError) as error:
        return f"{folder}: cannot be read: {error}"
    for line in recorded:
        if line not in found:
            name = folder.parent / line[66:]
            return f"{name} {'has changed' if name.exists() else 'is missing'}"
    added = next((line for line in found if line not in recorded), "")
    return f"{folder.parent / added[66:]} was added" if added else ""


def _misnamed(found: Iterable[str], names: Collection[str]) -> str:
    """Finds out whether the database lost the name of an output."""
    if set(found) == set(names):
        return ""
    listed = ", ".join(sorted(found)) or "nothing"
    return f"{DATABASE} lists {listed} instead of {', '.join(sorted(names))}"


def _beside(folder: Path) -> Path:
    return folder.with_name(folder.name + DIGESTS)


def _lines(folder: Path) -> list[str]:
    return [
        f"{fingerprint.of_file(file)}  {os.path.relpath(file, folder.parent)}"
        for file in files_below(folder)
    ]
