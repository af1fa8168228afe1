"""Formats past runs, one line each."""

import datetime
from collections.abc import Sequence
from pathlib import Path

from newsdesk.escaping import one_line
from pipeline.local.run_files import RUN_NAME, ListedRun

_HEADS = (
    *("run", "pipeline", "started", "seconds", "state", "rows", "accuracy", "change"),
    "version or reason",
)
# On a terminal of fewer columns, the other columns need the room.
_WIDE = 120


def rows(runs: Sequence[ListedRun], width: int) -> list[list[str]]:
    """Formats runs as rows of a list.

    Args:
        runs: the runs.
        width: the columns of the terminal; a narrow one gets fewer columns.

    Returns:
        The heads, and the cells of each run.
    """
    heads = list(_HEADS)
    is_narrow = width < _WIDE
    if is_narrow:
        heads.remove("seconds")
    if len({run.pipeline for run in runs}) == 1:
        heads.remove("pipeline")
    found = (_cells(run, is_narrow) for run in runs)
    return [heads, *([cells[head] for head in heads] for cells in found)]


def in_service(root: Path) -> str:
    """Describes the model in service of a root by its manifest, which outlives its run.

    Args:
        root: the folder of everything that a pipeline writes.

    Returns:
        Version, run, day and metrics; "" if there is no model or its store is remote.
    """
    # Imported here, because a root without runs does not need it.
    from pipeline.commands import run_details
    from pipeline.local import in_service

    current = in_service.of_root(root)
    return run_details.in_service(current) if current else ""


def _cells(run: ListedRun, is_narrow: bool) -> dict[str, str]:
    name = run.run
    if is_narrow and RUN_NAME.fullmatch(name):
        # The counter alone identifies a run of a root.
        name = name.partition("-")[0]
    texts = (
        name,
        run.pipeline,
        _local(run.started, is_narrow),
        f"{run.seconds:.1f}",
        run.state,
        "" if run.rows is None else f"{run.rows:,}",
        "" if run.accuracy is None else f"{run.accuracy:.4f}",
        "" if run.change is None else f"{run.change:+.4f}",
        run.reason or (run.pushed or "").rpartition("/")[2],
    )
    return dict(zip(_HEADS, map(one_line, texts), strict=True))


def _local(started: str, is_narrow: bool) -> str:
    """The local time of a start; as it is written if it cannot be read."""
    try:
        # Python 3.10 does not read the Z of UTC.
        read = datetime.datetime.fromisoformat(started.replace("Z", "+00:00"))
    except ValueError:
        return started
    local = read.astimezone().replace(tzinfo=None).isoformat(" ", "minutes")
    return local[5:] if is_narrow else local
