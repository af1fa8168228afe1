"""Keeps the runs of different pipelines in different roots."""

import os
from pathlib import Path

from newsdesk import regular
from newsdesk.errors import ConfigError, ModelError, NewsdeskError
from pipeline.local.history import past_runs

_FILE = ".pipeline"
_MOST_BYTES = 4096


def claim(root: Path, name: str) -> None:
    """Records the pipeline of a new root; refuses the root of another pipeline.

    Args:
        root: the folder of everything that a pipeline writes.
        name: the name of the pipeline.

    Raises:
        ConfigError: the root belongs to another pipeline.
        NewsdeskError: the record cannot be written.
    """
    check(root, name)
    file = root / _FILE
    try:
        # Only the first run of a root writes the name.
        if not os.path.lexists(file) or not file.read_text(errors="replace").strip():
            file.write_text(f"{name}\n", encoding="utf-8")
    except OSError as error:
        raise NewsdeskError(
            f"{root / _FILE}: cannot be written: {error.strerror}; choose another "
            "folder with --set output.root=FOLDER"
        ) from None


def check(root: Path, name: str) -> None:
    """Refuses a root that belongs to another pipeline.

    Args:
        root: the folder of everything that a pipeline writes.
        name: the name of the pipeline.

    Raises:
        ConfigError: the root belongs to another pipeline.
    """
    owner = _owner(root)
    if owner not in ("", name):
        raise ConfigError(
            f"{root}: belongs to the pipeline {owner!r}, and this configuration is "
            f"named {name!r}; choose another folder with --set output.root=FOLDER, or "
            f"write {name!r} into {root / _FILE} if you have renamed the pipeline"
        )


def _owner(root: Path) -> str:
    """Finds the recorded name, or without a record that of the newest run."""
    file = root / _FILE
    if os.path.lexists(file):
        try:
            written = regular.read(file, _MOST_BYTES)
        except ModelError:
            raise ConfigError(
                f"{file}: is not a file with the name of a pipeline; remove it"
            ) from None
        return written.decode("utf-8", "replace").strip()
    newest = next(past_runs(root), None)
    return newest.pipeline if newest else ""
