"""The schedule on the cluster, held against the one in the configuration.

Pipelines cannot change a recurring run (kubeflow/pipelines#3789), so it is replaced:
the new one is made and read back before the old one is deleted. Should both fire at
one instant, the ledger gives its interval to one of them.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from kubeflow import client as clients
from kubeflow import intervals
from kubeflow.submit import Uploaded, check, upload
from pipeline.cluster_config import Schedule
from pipeline.config import Config
from pipeline.errors import ClusterError, ConfigError

_MARK = "newsdesk schedule "
_PARAMETERS = {intervals.PARAMETER: intervals.MACRO}


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
    schedule = wanted(config)
    check(spec, {intervals.PARAMETER: ""})
    uploaded = upload(client, config, spec)
    mark = _mark(schedule, config, uploaded)
    present = found(client, config, uploaded.experiment)
    same = [one for one in present if one.description == mark]
    others = [one for one in present if one not in same[:1]]
    if same:
        _delete(client, others)
        change = "replaced" if others else "unchanged"
        return Applied(same[0].recurring_run_id, change, _is_enabled(same[0]))
    enabled = _is_enabled(present[0]) if present else True
    since = _since(schedule, _covered(client, present), now)
    made = _create(client, config, uploaded, mark, since, enabled)
    _read_back(client, config, uploaded, mark, made)
    _delete(client, present)
    return Applied(made.recurring_run_id, "replaced" if present else "created", enabled)


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
    client.enable_recurring_run(one_of(_some(client, config)).recurring_run_id)


def delete(client: Any, config: Config) -> None:
    """Deletes the schedule; its runs stay.

    Args:
        client: from `clients.connected`.
        config: the whole configuration.

    Raises:
        ClusterError: there is no schedule.
    """
    _delete(client, _some(client, config))


def wanted(config: Config) -> Schedule:
    """Gives the schedule of the configuration.

    Args:
        config: the whole configuration.

    Returns:
        Its schedule.

    Raises:
        ConfigError: it has none.
    """
    if config.kubeflow.schedule is None:
        raise ConfigError(
            'the configuration has no kubeflow.schedule; add cron = "0 0 3 * * *" to a '
            "section [kubeflow.schedule]"
        )
    return config.kubeflow.schedule


def found(client: Any, config: Config, experiment: str | None = None) -> list[Any]:
    """Lists the recurring runs of this pipeline.

    Args:
        client: from `clients.connected`.
        config: the whole configuration.
        experiment: the id of its experiment, where it is known.

    Returns:
        The newest first; those that somebody else made under this name, too.
    """
    experiment = experiment or experiment_of(client, config)
    if experiment is None:
        return []
    listed = clients.every(
        client.list_recurring_runs,
        "recurring_runs",
        experiment_id=experiment,
        filter=clients.named(config.name),
    )
    return sorted(listed, key=lambda one: one.created_at, reverse=True)


def one_of(present: Sequence[Any]) -> Any:
    """Gives the only schedule.

    Args:
        present: from `found`.

    Returns:
        The one.

    Raises:
        ClusterError: there is none, or more than one.
    """
    if not present:
        raise ClusterError(
            "the cluster has no schedule; `newsdesk schedule apply` makes it"
        )
    if len(present) > 1:
        raise ClusterError(
            f"the cluster has {len(present)} schedules of this pipeline, as a broken "
            "apply leaves them; apply it again"
        )
    return present[0]


def experiment_of(client: Any, config: Config) -> str | None:
    """Finds the experiment that the runs of this pipeline are in.

    Args:
        client: from `clients.connected`.
        config: the whole configuration.

    Returns:
        Its id; None where there is none yet.
    """
    listed = clients.every(
        client.list_experiments,
        "experiments",
        namespace=config.kubeflow.namespace,
        filter=clients.named(config.kubeflow.experiment or config.name),
    )
    return next((one.experiment_id for one in listed), None)


def _some(client: Any, config: Config) -> list[Any]:
    present = found(client, config)
    if not present:
        one_of(present)
    return present


def _create(
    client: Any,
    config: Config,
    uploaded: Uploaded,
    mark: str,
    since: datetime | None,
    enabled: bool,
) -> Any:
    schedule = wanted(config)
    minutes = schedule.every_minutes
    return client.create_recurring_run(
        experiment_id=uploaded.experiment,
        job_name=config.name,
        description=mark,
        start_time=_written(since),
        end_time=_written(schedule.end),
        interval_second=minutes and minutes * 60,
        cron_expression=schedule.cron,
        max_concurrency=schedule.max_concurrency,
        no_catchup=not schedule.catchup,
        params=_PARAMETERS,
        pipeline_id=uploaded.pipeline,
        version_id=uploaded.version,
        enabled=enabled,
        service_account=config.kubeflow.service_account,
    )


def _read_back(
    client: Any, config: Config, uploaded: Uploaded, mark: str, made: Any
) -> None:
    """Deletes what is not as it was asked for."""
    schedule = wanted(config)
    read = client.get_recurring_run(made.recurring_run_id)
    cron, every = read.trigger.cron_schedule, read.trigger.periodic_schedule
    minutes = schedule.every_minutes
    # Whole numbers come back as strings.
    asked = {
        "cron": (schedule.cron, cron and cron.cron),
        "interval": (minutes and minutes * 60, every and int(every.interval_second)),
        "catchup": (schedule.catchup, not read.no_catchup),
        "concurrency": (schedule.max_concurrency, int(read.max_concurrency or 0)),
        "parameters": (_PARAMETERS, read.runtime_config.parameters),
        "version": (
            uploaded.version,
            read.pipeline_version_reference.pipeline_version_id,
        ),
        "description": (mark, read.description),
    }
    differing = [name for name, (one, other) in asked.items() if one != other]
    if differing:
        client.delete_recurring_run(made.recurring_run_id)
        raise ClusterError(
            f"the new schedule reads back with another {', '.join(differing)}, so it "
            "was deleted again; what was there is as it was"
        )


def _delete(client: Any, present: Sequence[Any]) -> None:
    for one in present:
        client.delete_recurring_run(one.recurring_run_id)


def _covered(client: Any, present: Sequence[Any]) -> datetime | None:
    """Up to when the schedule that is replaced has fired for all that it should."""
    ids = {one.recurring_run_id for one in present}
    if not ids:
        return None
    runs = clients.every(
        client.list_runs,
        "runs",
        experiment_id=present[0].experiment_id,
        sort_by="created_at desc",
    )
    for run in runs:
        if run.recurring_run_id in ids:
            return clients.fired_at(run)
    oldest = present[-1]
    planned = oldest.trigger.cron_schedule or oldest.trigger.periodic_schedule
    begun: datetime = planned.start_time or oldest.created_at
    return begun


def _since(
    schedule: Schedule, covered: datetime | None, now: datetime
) -> datetime | None:
    """What Pipelines takes for the last time that it has fired.

    A recurring run that begins in the past fires at once for what it has missed since,
    also for what the one before it has fired for.
    """
    if not schedule.catchup:
        return max(schedule.start, now) if schedule.start else now
    moments = [moment for moment in (schedule.start, covered) if moment]
    return max(moments, default=None)


def _written(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _is_enabled(recurring: Any) -> bool:
    return bool(recurring.mode == "ENABLE" or recurring.status == "ENABLED")


def _mark(schedule: Schedule, config: Config, uploaded: Uploaded) -> str:
    """A digest of what a recurring run is made of, kept in its description."""
    made_of = {
        "schedule": schedule.model_dump(mode="json"),
        "version": uploaded.version,
        "service_account": config.kubeflow.service_account,
    }
    text = json.dumps(made_of, sort_keys=True)
    return _MARK + hashlib.sha256(text.encode()).hexdigest()[:16]
