"""Recurring runs, in which Pipelines stores a schedule."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from kubeflow.cluster import client as clients
from kubeflow.cluster.submit import Uploaded
from kubeflow.intervals import intervals
from newsdesk.config.cluster import Schedule
from newsdesk.config.sections import Config
from newsdesk.errors import ClusterError, ConfigError

_MARK = "newsdesk schedule "
_PARAMETERS = {intervals.PARAMETER: intervals.MACRO}


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
            "the configuration has no kubeflow.schedule; add a section "
            '[kubeflow.schedule], for example with cron = "0 0 3 * * *"'
        )
    return config.kubeflow.schedule


def found(client: Any, config: Config, experiment: str | None = None) -> list[Any]:
    """Lists the recurring runs of this pipeline.

    Args:
        client: from `clients.connected`.
        config: the whole configuration.
        experiment: the id of its experiment, if known.

    Returns:
        All recurring runs with this name, whoever created them, the newest first.
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
    return sorted(listed, key=lambda run: run.created_at, reverse=True)


def one_of(present: Sequence[Any]) -> Any:
    """Gives the only schedule.

    Args:
        present: the recurring runs, from `found`.

    Returns:
        The recurring run.

    Raises:
        ClusterError: there is none, or more than one.
    """
    if not present:
        raise ClusterError(
            "the cluster has no schedule; `newsdesk schedule apply` creates it"
        )
    if len(present) > 1:
        raise ClusterError(
            f"the cluster has {len(present)} schedules of this pipeline, probably "
            "because `newsdesk schedule apply` was interrupted; run it again"
        )
    return present[0]


def experiment_of(client: Any, config: Config) -> str | None:
    """Finds the experiment that contains the runs of this pipeline.

    Args:
        client: from `clients.connected`.
        config: the whole configuration.

    Returns:
        Its id; None if it does not exist yet.
    """
    listed = clients.every(
        client.list_experiments,
        "experiments",
        namespace=config.kubeflow.namespace,
        filter=clients.named(config.kubeflow.experiment or config.name),
    )
    return next((one.experiment_id for one in listed), None)


def create(
    client: Any,
    config: Config,
    uploaded: Uploaded,
    replaced: Sequence[Any],
    enabled: bool,
    now: datetime,
) -> Any:
    """Creates a recurring run for the schedule of the configuration.

    Args:
        client: from `clients.connected`.
        config: the whole configuration.
        uploaded: the pipeline, from `upload`.
        replaced: the recurring runs that it replaces, the newest first.
        enabled: whether it fires.
        now: the present time, with its time zone.

    Returns:
        The recurring run, as the server describes it.
    """
    schedule = wanted(config)
    minutes = schedule.every_minutes
    return client.create_recurring_run(
        experiment_id=uploaded.experiment,
        job_name=config.name,
        description=mark(config, uploaded),
        start_time=_written(_since(schedule, _covered(client, replaced), now)),
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


def read_back(client: Any, config: Config, uploaded: Uploaded, number: str) -> None:
    """Deletes a new recurring run if the server stored something else.

    Args:
        client: from `clients.connected`.
        config: the whole configuration.
        uploaded: the pipeline, from `upload`.
        number: the id of the recurring run.

    Raises:
        ClusterError: names what differs.
    """
    schedule = wanted(config)
    read = client.get_recurring_run(number)
    cron, every = read.trigger.cron_schedule, read.trigger.periodic_schedule
    minutes = schedule.every_minutes
    version = read.pipeline_version_reference.pipeline_version_id
    # The API gives whole numbers as strings.
    compared = {
        "cron": (schedule.cron, cron and cron.cron),
        "interval": (minutes and minutes * 60, every and int(every.interval_second)),
        "catchup": (schedule.catchup, not read.no_catchup),
        "concurrency": (schedule.max_concurrency, int(read.max_concurrency or 0)),
        "parameters": (_PARAMETERS, read.runtime_config.parameters),
        "version": (uploaded.version, version),
        "description": (mark(config, uploaded), read.description),
    }
    differing = [name for name, (sent, stored) in compared.items() if sent != stored]
    if differing:
        client.delete_recurring_run(number)
        raise ClusterError(
            f"the cluster stored the new schedule with another {', '.join(differing)}, "
            "so it was deleted again; the previous schedule is unchanged"
        )


def is_enabled(recurring: Any) -> bool:
    """Checks whether a recurring run fires.

    Args:
        recurring: as the server describes it.

    Returns:
        False if it is paused.
    """
    return bool(recurring.mode == "ENABLE" or recurring.status == "ENABLED")


def mark(config: Config, uploaded: Uploaded) -> str:
    """Marks a recurring run as ours, with a digest of its settings.

    Args:
        config: the whole configuration.
        uploaded: the pipeline, from `upload`.

    Returns:
        Its description; equal if and only if schedule, pipeline and account are equal.
    """
    settings = {
        "schedule": wanted(config).model_dump(mode="json"),
        "version": uploaded.version,
        "service_account": config.kubeflow.service_account,
    }
    text = json.dumps(settings, sort_keys=True)
    return _MARK + hashlib.sha256(text.encode()).hexdigest()[:16]


def _covered(client: Any, present: Sequence[Any]) -> datetime | None:
    """Until when the replaced schedule has started every run that it should."""
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
    """The start time of a recurring run, from which Pipelines catches up.

    A recurring run that begins in the past fires at once for every time since then,
    even if the schedule before it has already fired for that time.
    """
    if not schedule.catchup:
        return max(schedule.start, now) if schedule.start else now
    moments = [moment for moment in (schedule.start, covered) if moment]
    return max(moments, default=None)


def _written(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
