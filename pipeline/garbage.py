"""What old runs have left behind, and no kept run needs."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.config import Config
from pipeline.errors import NewsdeskError
from pipeline.history import past_runs

_RUN_CONTEXT = "pipeline_run"
# What the trainer names the folder of a training by, and a run its own; others are not
# ours.
_CHECKPOINTS = re.compile(r"[0-9a-f]{32}")
_RUN = re.compile(r"\d{8}-\d{6}a*")


@dataclass(frozen=True)
class Garbage:
    """A folder that can go.

    Attributes:
        path: where it lies.
        size: bytes in it and below.
    """

    path: Path
    size: int


def find(config: Config, keep_last: int) -> list[Garbage]:
    """Finds what can go, and touches nothing.

    What the newest runs have made or read stays, and with it what the cache would
    answer the next run with; the versions in service are no concern of this.

    Args:
        config: the whole configuration.
        keep_last: how many of the newest runs that did something stay.

    Returns:
        Folders of artifacts, checkpoints and runs, sorted.
    """
    runs = list(past_runs(config.root))
    worked = [run for run in runs if run.nodes]
    if len(worked) <= keep_last:
        return []
    oldest = worked[keep_last - 1]
    # One that was killed has no nodes in its summary, and may have come far.
    kept = [run.run for run in runs if run.run >= oldest.run]
    uris, executions = _needed(config.root, kept)
    found = [
        *_artifacts(config.root / "artifacts", uris, executions),
        *_older(config.checkpoints, oldest.started.timestamp()),
        *(
            folder
            for folder in (config.root / "runs").iterdir()
            if _is_ours(folder, _RUN) and folder.name < oldest.run
        ),
    ]
    return [Garbage(path, _size(path)) for path in sorted(found)]


def remove(found: list[Garbage]) -> None:
    """Removes what was found.

    Args:
        found: from `find`.

    Raises:
        NewsdeskError: a folder cannot be removed.
    """
    for one in found:
        try:
            shutil.rmtree(one.path)
        except OSError as error:
            raise NewsdeskError(
                f"{error.filename}: cannot be removed: {error.strerror}; mend it, and "
                "run `newsdesk gc` again"
            ) from None


def _needed(root: Path, runs: list[str]) -> tuple[set[Path], set[str]]:
    """The artifacts that runs made, read or took from the cache; their executions."""
    from ml_metadata.metadata_store import metadata_store
    from tfx.orchestration import metadata

    connection = metadata.sqlite_metadata_connection_config(
        str(root / "metadata.sqlite")
    )
    store = metadata_store.MetadataStore(connection)
    executions = set()
    for run in runs:
        context = store.get_context_by_type_and_name(_RUN_CONTEXT, run)
        if context is not None:
            found = store.get_executions_by_context(context.id)
            executions |= {execution.id for execution in found}
    events = store.get_events_by_execution_ids(list(executions)) if executions else []
    artifacts = store.get_artifacts_by_id([event.artifact_id for event in events])
    # The root may be reached by another name, through a link, than when they were made.
    uris = {Path(one.uri).resolve() for one in artifacts}
    return uris, {str(one) for one in executions}


def _artifacts(folder: Path, uris: set[Path], executions: set[str]) -> Iterator[Path]:
    """Folders `<node>/<output>/<execution>` that nobody needs."""
    for made in folder.glob("*/*/*"):
        if made.parent.name == ".system":
            yield from (
                one
                for one in made.iterdir()
                if one.name.isdigit() and one.name not in executions
            )
        elif made.resolve() not in uris:
            yield made


def _older(checkpoints: Path, moment: float) -> Iterator[Path]:
    """Checkpoints that no kept run has written to."""
    for folder in checkpoints.glob("*"):
        if _is_ours(folder, _CHECKPOINTS) and folder.stat().st_mtime < moment:
            yield folder


def _is_ours(folder: Path, names: re.Pattern[str]) -> bool:
    is_named = names.fullmatch(folder.name) is not None
    return is_named and folder.is_dir() and not folder.is_symlink()


def _size(folder: Path) -> int:
    return sum(
        os.lstat(Path(above, name)).st_size
        for above, _, files in os.walk(folder)
        for name in files
    )
