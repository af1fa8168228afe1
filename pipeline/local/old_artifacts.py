"""Finds the artifacts that no kept run made, read or took from the cache."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.local import database
from pipeline.local.history import RUN_NAME
from pipeline.local.outputs import DIGESTS

_RUN_CONTEXT = "pipeline_run"
# Older releases named runs by the local time alone.
RUN = re.compile(rf"{RUN_NAME.pattern}|\d{{8}}-\d{{6}}a*")


@dataclass(frozen=True)
class Kept:
    """The runs to keep: from the oldest on, and that of the model in service."""

    oldest: str
    in_service: str

    def has(self, run: str) -> bool:
        """Decides whether a run is kept.

        Args:
            run: its name.
        """
        return run >= self.oldest or run == self.in_service


@dataclass(frozen=True)
class _Records:
    """The executions in the database, by whether a kept run needs them.

    Attributes:
        needed: `node/output/execution` of the artifacts that kept runs wrote, read or
            took from the cache.
        kept: the ids of the executions of kept runs.
        old: the ids of all other executions.
    """

    needed: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    old: frozenset[str] = frozenset()


def old(root: Path, runs: Kept) -> Iterator[tuple[Path, bool]]:
    """Lists the entries below a root's artifacts that no kept run needs.

    Args:
        root: the folder of everything that a pipeline writes.
        runs: the runs to keep.

    Yields:
        Each entry, and whether an execution of another run explains it.
    """
    yield from _artifacts(root / database.ARTIFACTS, _read(root, runs))


def _read(root: Path, runs: Kept) -> _Records:
    """Reads the executions of all runs; none if the database cannot be used."""
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
        # By name, not by summary: the summary of a killed run has no nodes, although
        # they ran, and any summary may be damaged.
        is_old = RUN.fullmatch(context.name) and not runs.has(context.name)
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
    """Lists entries no kept run needs, and whether an old execution explains each."""
    for entry in folder.glob("*/*/*"):
        # TFX's own files: `<node>/.system/<kind>/<execution>`.
        if entry.parent.name == ".system":
            if entry.name == "driver_execution":
                # Scratch folders of TFX's drivers, named by the time.
                continue
            yield from (
                (system, system.name in records.old)
                for system in _folders_in(entry)
                if system.name.isdigit() and system.name not in records.kept
            )
            continue
        execution = entry.name.removesuffix(DIGESTS)
        artifact = entry.relative_to(folder).with_name(execution).as_posix()
        if artifact not in records.needed and execution not in records.kept:
            is_known = entry.is_dir() or entry.name.endswith(DIGESTS)
            yield entry, is_known and execution in records.old


def _folders_in(folder: Path) -> list[Path]:
    return (
        [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
    )
