"""What old runs have left behind, and no kept run needs."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from newsdesk import regular
from newsdesk.config.sections import RUN_FILE, Config
from newsdesk.errors import ModelError, NewsdeskError
from pipeline.local import database
from pipeline.local.history import RUN_NAME, past_runs
from pipeline.local.outputs import DIGESTS

_MOST_BYTES = 1 << 16
_RUN_CONTEXT = "pipeline_run"
_CHECKPOINTS = re.compile(r"[0-9a-f]{32}")
# Older releases named runs by the local time alone.
_RUN = re.compile(rf"{RUN_NAME.pattern}|\d{{8}}-\d{{6}}a*")


@dataclass(frozen=True)
class Garbage:
    """A folder or file that can be removed.

    Attributes:
        path: where it is.
        size: bytes in it and below.
    """

    path: Path
    size: int


@dataclass(frozen=True)
class Found:
    """What a root holds besides that which is needed.

    Attributes:
        garbage: what can be removed, sorted.
        unexplained: what no record of this root explains, sorted; it stays.
    """

    garbage: list[Garbage]
    unexplained: list[Path]


@dataclass(frozen=True)
class _Records:
    """What the database says of executions.

    Attributes:
        needed: `node/output/execution` of the artifacts that kept runs made, read or
            took from the cache.
        kept: the ids of their executions.
        old: the ids of all other executions.
    """

    needed: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    old: frozenset[str] = frozenset()


def find(config: Config, keep_last: int) -> Found:
    """Finds what can be removed, and changes nothing.

    What the newest runs made or read stays, and with it what the cache would answer
    the next run with; the versions in service are not looked at. Places are compared
    relative to the root, which may have been moved or copied, and ages by the names of
    runs, not by clocks.

    Args:
        config: the whole configuration.
        keep_last: how many of the newest runs that did something stay.

    Returns:
        Artifacts, checkpoints and runs.
    """
    runs = list(past_runs(config.root))
    worked = [run for run in runs if run.nodes]
    if len(worked) <= keep_last:
        return Found([], [])
    oldest = worked[keep_last - 1].run
    garbage: list[Path] = []
    unexplained = sorted(config.root.glob(f"{database.ARTIFACTS}.unusable-*"))
    unexplained += sorted(config.root.glob(f"{database.DATABASE}.unusable-*"))
    found = [
        *_artifacts(config.root / database.ARTIFACTS, _read(config.root, oldest)),
        *_checkpoints(config, oldest),
    ]
    for path, is_old in found:
        (garbage if is_old else unexplained).append(path)
    garbage += [
        folder
        for folder in (config.root / "runs").iterdir()
        if _is_ours(folder, _RUN) and folder.name < oldest
    ]
    return Found(
        [Garbage(path, _size(path)) for path in sorted(garbage)], sorted(unexplained)
    )


def remove(found: list[Garbage]) -> None:
    """Removes what was found.

    Args:
        found: the garbage that `find` found.

    Raises:
        NewsdeskError: something cannot be removed.
    """
    for one in found:
        try:
            if one.path.is_dir():
                shutil.rmtree(one.path)
            else:
                one.path.unlink()
        except OSError as error:
            raise NewsdeskError(
                f"{error.filename}: cannot be removed: {error.strerror}; correct that "
                "and run `newsdesk gc` again"
            ) from None


def _read(root: Path, oldest: str) -> _Records:
    """Reads the executions of all runs; none where the database cannot be used."""
    if database.fault(root) or not (root / database.DATABASE).exists():
        return _Records()
    from ml_metadata.metadata_store import metadata_store
    from tfx.orchestration import metadata

    store = metadata_store.MetadataStore(
        metadata.sqlite_metadata_connection_config(str(root / database.DATABASE))
    )
    kept: set[int] = set()
    old: set[int] = set()
    for context in store.get_contexts_by_type(_RUN_CONTEXT):
        # By name: a killed run has no nodes in its summary, and may have come far, and
        # the summary of a run that ended well may be damaged.
        is_old = _RUN.fullmatch(context.name) and context.name < oldest
        executions = old if is_old else kept
        executions.update(one.id for one in store.get_executions_by_context(context.id))
    events = store.get_events_by_execution_ids(list(kept)) if kept else []
    artifacts = store.get_artifacts_by_id([event.artifact_id for event in events])
    return _Records(
        frozenset("/".join(Path(one.uri).parts[-3:]) for one in artifacts),
        frozenset(map(str, kept)),
        frozenset(map(str, old - kept)),
    )


def _artifacts(folder: Path, records: _Records) -> Iterator[tuple[Path, bool]]:
    """Entries `<node>/<output>/<execution>`; whether an old execution explains each."""
    for made in folder.glob("*/*/*"):
        if made.parent.name == ".system":
            yield from (
                (one, one.name in records.old)
                for one in _folders_in(made)
                if one.name.isdigit() and one.name not in records.kept
            )
            continue
        execution = made.name.removesuffix(DIGESTS)
        place = made.relative_to(folder).with_name(execution).as_posix()
        if place not in records.needed and execution not in records.kept:
            is_known = made.is_dir() or made.name.endswith(DIGESTS)
            yield made, is_known and execution in records.old


def _checkpoints(config: Config, oldest: str) -> Iterator[tuple[Path, bool]]:
    """Folders that no kept run has written to; whether a run of this root has."""
    for folder in config.checkpoints.glob("*"):
        if not _is_ours(folder, _CHECKPOINTS):
            continue
        try:
            written = regular.read(folder / RUN_FILE, _MOST_BYTES)
            run = Path(written.decode("utf-8").strip())
        except (OSError, UnicodeError, ModelError):
            yield folder, False
            continue
        # Several roots may share a folder of checkpoints; the default one moves along.
        is_inside = config.root in config.checkpoints.parents
        runs = config.root / "runs"
        if not is_inside and run.parent.resolve() != runs.resolve():
            continue
        if not is_inside and not (runs / run.name).is_dir():
            # Another root may have been here before.
            yield folder, False
            continue
        if run.name < oldest:
            yield folder, True


def _folders_in(folder: Path) -> list[Path]:
    return [one for one in folder.iterdir() if one.is_dir()] if folder.is_dir() else []


def _is_ours(folder: Path, names: re.Pattern[str]) -> bool:
    is_named = names.fullmatch(folder.name) is not None
    return is_named and folder.is_dir() and not folder.is_symlink()


def _size(path: Path) -> int:
    if not path.is_dir():
        return os.lstat(path).st_size
    return sum(
        os.lstat(Path(above, name)).st_size
        for above, _, files in os.walk(path)
        for name in files
    )
