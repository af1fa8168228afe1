"""Makes the schedule on the cluster equal to the one in the configuration.

Pipelines cannot change a recurring run (kubeflow/pipelines#3789), so it is replaced:
the new one is created and read back before the old one is deleted. If both fire at the
same instant, the ledger gives the interval to one of the two runs.
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
        id: the id of the recurring run that is on the cluster now.
        change: "created", "replaced" or "unchanged".
        enabled: whether it fires.
    """

    id: str
    change: str
    enabled: bool


def apply(client: Any, config: Config, spec: str, now: datetime) -> Applied:
    """Creates the schedule on the cluster, or replaces one with other settings.

    A paused schedule stays paused. The old one is deleted only after the new one was
    created and the server returned it as it was sent.

    Args:
        client: from `clients.connected`.
        config: the whole configuration.
        spec: YAML of the compiled pipeline, which takes a parameter `interval`.
        now: the present time, with its time zone.

    Returns:
        What was done.

    Raises:
        ConfigError: the configuration has no schedule, or the pipeline no interval.
        ClusterError: the server stored other settings; the old schedule is unchanged.
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
    """Pauses the schedule; runs that have started continue.

    Args:
        client: from `clients.connected`.
        config: the whole configuration.

    Raises:
        ClusterError: there is no schedule.
    """
    for one in _some(client, config):
        client.disable_recurring_run(one.recurring_run_id)


def resume(client: Any, config: Config) -> None:
    """Resumes the schedule, for all missed intervals with catchup, else the latest.

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
