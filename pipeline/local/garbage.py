"""Finds and removes what old runs left behind and no kept run needs."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from newsdesk import regular
from newsdesk.config.environment import RUN_FILE
from newsdesk.config.sections import Config
from newsdesk.errors import ModelError, NewsdeskError
from newsdesk.nodes import ANSWERS_ROWS
from newsdesk.published.in_service import newest
from newsdesk.states import RunState
from pipeline.local import database, old_artifacts
from pipeline.local.history import VERDICTS, Summary, past_runs
from pipeline.local.old_artifacts import RUN, Kept

# A larger file cannot be the record of a run.
_MOST_BYTES = 1 << 16
_CHECKPOINTS = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Garbage:
    """A folder or file that can be removed.

    Attributes:
        path: the path of the folder or file.
        size: its size in bytes, with everything below.
    """

    path: Path
    size: int


@dataclass(frozen=True)
class Found:
    """The entries of a root that no kept run needs.

    Attributes:
        garbage: entries that can be removed, sorted.
        unexplained: entries that no record of this root explains, sorted; they are
            kept.
        oldest: the oldest of the newest good runs; it and all newer runs are kept. ""
            if all runs are kept.
        in_service: the run that made the model in service, which is kept; "" if there
            is no model in service.
    """

    garbage: list[Garbage]
    unexplained: list[Path]
    oldest: str = ""
    in_service: str = ""


def find(config: Config, keep_last: int) -> Found:
    """Finds what can be removed, and changes nothing.

    Keeps what the newest good runs and all newer runs wrote or read, and so what the
    cache needs for the next run, and the same of the run that made the model in
    service. Does not look at published versions. Compares paths relative to the root,
    because it may have been moved or copied, and ages by the names of runs, because
    clocks may be wrong.

    Args:
        config: the whole configuration.
        keep_last: the number of newest good runs to keep: those that read the data and
            ended with a verdict on their model or data.

    Returns:
        Artifacts, checkpoints and runs.
    """
    runs = list(past_runs(config.root))
    good = [run for run in runs if _read_data(run) and run.state in VERDICTS]
    in_service = _in_service(config, runs)
    if len(good) < keep_last:
        return Found([], [], in_service=in_service)
    kept = Kept(good[keep_last - 1].run, in_service)
    if all(kept.has(run.run) for run in runs if run.nodes):
        return Found([], [], in_service=in_service)
    garbage: list[Path] = []
    unexplained = sorted(config.root.glob(f"{database.ARTIFACTS}.unusable-*"))
    unexplained += sorted(config.root.glob(f"{database.DATABASE}.unusable-*"))
    found = [
        *old_artifacts.old(config.root, kept),
        *_checkpoints(config, kept),
    ]
    for path, is_old in found:
        (garbage if is_old else unexplained).append(path)
    garbage += [
        folder
        for folder in (config.root / "runs").iterdir()
        if _is_ours(folder, RUN) and not kept.has(folder.name)
    ]
    return Found(
        [Garbage(path, _size(path)) for path in sorted(garbage)],
        sorted(unexplained),
        kept.oldest,
        in_service,
    )


def _read_data(run: Summary) -> bool:
    """Whether a run did more than answer new rows, so that the cache may need it."""
    return any(node.name != ANSWERS_ROWS for node in run.nodes)


def _in_service(config: Config, runs: list[Summary]) -> str:
    """Names the run that made the model in service."""
    try:
        current = newest(config.serving)
    except (NewsdeskError, OSError):
        # A damaged version or an unreachable store: the last push is the best guess.
        return next((run.run for run in runs if run.state is RunState.PUSHED), "")
    return current.manifest.origin.run if current else ""


def remove(found: list[Garbage]) -> None:
    """Removes garbage.

    Args:
        found: the garbage that `find` found.

    Raises:
        NewsdeskError: something cannot be removed.
    """
    for entry in found:
        try:
            if entry.path.is_dir():
                shutil.rmtree(entry.path)
            else:
                entry.path.unlink()
        except OSError as error:
            raise NewsdeskError(
                f"{error.filename}: cannot be removed: {error.strerror}; fix that "
                "and run `newsdesk gc` again"
            ) from None


def _checkpoints(config: Config, kept: Kept) -> Iterator[tuple[Path, bool]]:
    """Lists folders no kept run wrote to, and whether a run of this root did."""
    for folder in config.checkpoints.glob("*"):
        if not _is_ours(folder, _CHECKPOINTS):
            continue
        try:
            written = regular.read(folder / RUN_FILE, _MOST_BYTES)
            run = Path(written.decode("utf-8").strip())
        except (OSError, UnicodeError, ModelError):
            yield folder, False
            continue
        # Several roots may share a folder of checkpoints. A folder inside the root
        # moves with it, so the paths in it may be old.
        is_inside = config.root in config.checkpoints.parents
        runs = config.root / "runs"
        if not is_inside and run.parent.resolve() != runs.resolve():
            continue
        if not is_inside and not (runs / run.name).is_dir():
            # Another root may have been at this path before.
            yield folder, False
            continue
        if not kept.has(run.name):
            yield folder, True


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
