"""The runs of a pipeline on the cluster, and the one that a person means."""

from collections.abc import Iterator
from typing import Any

from kubeflow.cluster import client as clients
from kubeflow.cluster import recurring
from newsdesk.config.sections import Config
from newsdesk.errors import ClusterError

_FULL = 36


def newest_first(client: Any, config: Config) -> Iterator[Any]:
    """Lists the runs of the experiment of a pipeline.

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
    """Finds a run.

    Args:
        client: from `clients.connected`.
        config: the whole configuration.
        given: its id, or the beginning of it.

    Returns:
        The run, as the server describes it.

    Raises:
        ClusterError: there is none, or more than one.
    """
    if len(given) == _FULL:
        return client.get_run(given)
    found = [
        run for run in newest_first(client, config) if run.run_id.startswith(given)
    ]
    if not found:
        raise ClusterError(
            f"the cluster has no run {given}; `newsdesk runs --cluster` lists them"
        )
    if len(found) > 1:
        raise ClusterError(f"{len(found)} runs begin with {given}; give more of the id")
    return found[0]
