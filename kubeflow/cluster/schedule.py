"""The schedule on the cluster, held against the one in the configuration.

Pipelines cannot change a recurring run (kubeflow/pipelines#3789), so it is replaced:
the new one is made and read back before the old one is deleted. Should both fire at
one instant, the ledger gives its interval to one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kubeflow.cluster import recurring
from kubeflow.cluster.submit import check, upload
from kubeflow.intervals import intervals
from newsdesk.config.sections import Config


@dataclass(frozen=True)
class Applied:
    """What `apply` has done.

    Attributes:
        id: of the recurring run that is there now.
        change: "created", "replaced" or "unchanged".
        enabled: whether it fires.
    """

    id: str
    change: str
    enabled: bool


def apply(client: Any, config: Config, spec: str, now: datetime) -> Applied:
    """Makes the schedule on the cluster the one of the configuration.

    A paused one stays paused. Nothing is deleted before the new one is there and reads
    back as it was written.

    Args:
        client: from `clients.connected`.
        config: the whole configuration.
        spec: YAML of the compiled pipeline; takes a parameter `interval`.
        now: aware.

    Returns:
        What was done.

    Raises:
        ConfigError: there is no schedule to apply, or the pipeline takes no interval.
        ClusterError: the new one is not as it was asked for; the old one is there.
    """
    recurring.wanted(config)
    check(spec, {intervals.PARAMETER: ""})
    uploaded = upload(client, config, spec)
    present = recurring.found(client, config, uploaded.experiment)
    mark = recurring.mark(config, uploaded)
    made = next((one for one in present if one.description == mark), None)
    others = [one for one in present if one is not made]
    enabled = recurring.is_enabled(made or others[0]) if present else True
    if made and not others:
        return Applied(made.recurring_run_id, "unchanged", enabled)
    if made is None:
        made = recurring.create(client, config, uploaded, others, enabled, now)
    recurring.read_back(client, config, uploaded, made.recurring_run_id)
    _delete(client, others)
    return Applied(made.recurring_run_id, "replaced" if others else "created", enabled)


def pause(client: Any, config: Config) -> None:
    """Stops firing; what runs goes on.

    Args:
        client: from `clients.connected`.
        config: the whole configuration.

    Raises:
        ClusterError: there is no schedule.
    """
    for one in _some(client, config):
        client.disable_recurring_run(one.recurring_run_id)


def resume(client: Any, config: Config) -> None:
    """Fires again; with catchup all that was missed, else the latest interval.

    Args:
        client: from `clients.connected`.
        config: the whole configuration.

    Raises:
        ClusterError: there is no schedule, or more than one.
    """
    one = recurring.one_of(_some(client, config))
    client.enable_recurring_run(one.recurring_run_id)


def delete(client: Any, config: Config) -> None:
    """Deletes the schedule; its runs stay.

    Args:
        client: from `clients.connected`.
        config: the whole configuration.

    Raises:
        ClusterError: there is no schedule.
    """
    _delete(client, _some(client, config))


def _some(client: Any, config: Config) -> list[Any]:
    present = recurring.found(client, config)
    if not present:
        recurring.one_of(present)
    return present


def _delete(client: Any, present: Sequence[Any]) -> None:
    for one in present:
        client.delete_recurring_run(one.recurring_run_id)
