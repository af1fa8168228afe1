"""Lists the runs of a pipeline on the cluster, and finds one by its id."""

from collections.abc import Iterator
from typing import Any

from kubeflow.cluster import client as clients
from kubeflow.cluster import recurring
from newsdesk.config.sections import Config
from newsdesk.errors import ClusterError

# The length of a UUID, which is a complete id.
_FULL = 36


def newest_first(client: Any, config: Config) -> Iterator[Any]:
    """Lists the runs in the experiment of this pipeline, the newest first.

    Args:
        client: from `clients.connected`.
        config: the whole configuration.

    Yields:
        Runs, as the server describes them.
    """
    experiment = recurring.experiment_of(client, config)
    if experiment is not None:
        yield from clients.every(
            client.list_runs,
            "runs",
            experiment_id=experiment,
            sort_by="created_at desc",
        )


def one(client: Any, config: Config, given: str) -> Any:
    """Finds a run by its id.

    Args:
        client: from `clients.connected`.
        config: the whole configuration.
        given: the id, or the beginning of it.

    Returns:
        The run, as the server describes it.

    Raises:
        ClusterError: no run has this id, or several ids begin like this.
    """
    if len(given) == _FULL:
        return client.get_run(given)
    found = [
        run for run in newest_first(client, config) if run.run_id.startswith(given)
    ]
    if not found:
        raise ClusterError(
            f"the cluster has no run {given}; `newsdesk runs --cluster` lists its runs"
        )
    if len(found) > 1:
        raise ClusterError(
            f"{given}: the ids of {len(found)} runs begin with it; give more of the id"
        )
    return found[0]
