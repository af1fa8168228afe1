"""Reads and formats the runs that `newsdesk runs --cluster` shows."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

# Each run costs two or three requests.
_NEWEST = 20
# Characters of an id; enough to distinguish the runs of one pipeline.
_ID = 8


def rows(config: Path, overrides: list[str] | None) -> Iterator[dict[str, Any]]:
    """Reads the newest runs of a pipeline, and how they ended.

    Args:
        config: the configuration file.
        overrides: the values of `--set`.

    Yields:
        For each run its id, name, interval, start, seconds and outcome; the oldest
        first, like runs of this machine.

    Raises:
        ClusterError: the cluster cannot be reached.
    """
    from kubeflow.cluster import client as clients
    from kubeflow.cluster import ends, found_runs
    from kubeflow.intervals import intervals
    from newsdesk.config.load import load

    loaded = load(config, overrides or ())
    with clients.connected(loaded.kubeflow) as client:
        newest = list(islice(found_runs.newest_first(client, loaded), _NEWEST))
        for run in reversed(newest):
            found = ends.outcome(client, run) if clients.has_ended(run) else None
            parameters = run.runtime_config.parameters if run.runtime_config else None
            yield {
                "run": run.run_id,
                "name": run.display_name,
                "interval": (parameters or {}).get(intervals.PARAMETER) or None,
                "started": run.created_at.isoformat(),
                "seconds": ends.seconds(run),
                "page": clients.address(loaded.kubeflow, f"runs/details/{run.run_id}"),
                **(found.model_dump() if found else {"state": run.state.lower()}),
            }


def cells(row: dict[str, Any]) -> list[str]:
    """Formats a run as a row of the table.

    Args:
        row: from `rows`.

    Returns:
        First characters of the id, start, duration and result.
    """
    error = f"{row['node']}: {row['error']}" if row.get("node") else row.get("error")
    why = error or "; ".join(row.get("refusals") or ()) or row.get("pushed")
    took = "" if row["seconds"] is None else f"{row['seconds']:.0f} s"
    result = f"{row['state']}: {why}" if why else row["state"]
    return [row["run"][:_ID], row["started"][:16].replace("T", " "), took, result]
