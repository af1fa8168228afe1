"""Recurring runs: how Pipelines keeps a schedule."""

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


def create(
    client: Any,
    config: Config,
    uploaded: Uploaded,
    replaced: Sequence[Any],
    enabled: bool,
    now: datetime,
) -> Any:
    """Makes a recurring run of the schedule of the configuration.

    Args:
        client: from `clients.connected`.
        config: the whole configuration.
        uploaded: the pipeline, from `upload`.
        replaced: those whose place it takes, the newest first.
        enabled: whether it fires.
        now: aware.

    Returns:
        It, as the server describes it.
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
    """Deletes a new recurring run that is not as it was asked for.

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
    # Whole numbers come back as strings.
    asked = {
        "cron": (schedule.cron, cron and cron.cron),
        "interval": (minutes and minutes * 60, every and int(every.interval_second)),
        "catchup": (schedule.catchup, not read.no_catchup),
        "concurrency": (schedule.max_concurrency, int(read.max_concurrency or 0)),
        "parameters": (_PARAMETERS, read.runtime_config.parameters),
        "version": (uploaded.version, version),
        "description": (mark(config, uploaded), read.description),
    }
    differing = [name for name, (one, other) in asked.items() if one != other]
    if differing:
        client.delete_recurring_run(number)
        raise ClusterError(
            f"the new schedule reads back with another {', '.join(differing)}, so it "
            "was deleted again; what was there is as it was"
        )


def is_enabled(recurring: Any) -> bool:
    """Says whether a recurring run fires.

    Args:
        recurring: as the server describes it.

    Returns:
        Whether it does.
    """
    return bool(recurring.mode == "ENABLE" or recurring.status == "ENABLED")


def mark(config: Config, uploaded: Uploaded) -> str:
    """Makes the description by which a recurring run is known again.

    Args:
        config: the whole configuration.
        uploaded: the pipeline, from `upload`.

    Returns:
        A digest of all that the recurring run is made of.
    """
    made_of = {
        "schedule": wanted(config).model_dump(mode="json"),
        "version": uploaded.version,
        "service_account": config.kubeflow.service_account,
    }
    text = json.dumps(made_of, sort_keys=True)
    return _MARK + hashlib.sha256(text.encode()).hexdigest()[:16]


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
