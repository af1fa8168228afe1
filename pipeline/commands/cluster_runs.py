"""Runs on the cluster, as `newsdesk runs --cluster` shows them."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

# Two or three requests each.
_NEWEST = 20
# Of so many digits no two runs of one pipeline are alike.
_ID = 8


def rows(config: Path, overrides: list[str] | None) -> Iterator[dict[str, Any]]:
    """Asks for the newest runs of a pipeline, and how they ended.

    Args:
        config: the configuration file.
        overrides: of `--set`.

    Yields:
        For each run its id, name, interval, begin, seconds and outcome; the oldest
        first, as for runs of this machine.

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
    """Writes a run for a table.

    Args:
        row: from `rows`.

    Returns:
        The beginning of the id, begin, duration and result.
    """
    error = f"{row['node']}: {row['error']}" if row.get("node") else row.get("error")
    why = error or "; ".join(row.get("refusals") or ()) or row.get("pushed")
    took = "" if row["seconds"] is None else f"{row['seconds']:.0f} s"
    result = f"{row['state']}: {why}" if why else row["state"]
    return [row["run"][:_ID], row["started"][:16].replace("T", " "), took, result]
