"""Checks a schedule: how its runs ended, and which intervals had no success."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kubeflow.cluster import client as clients
from kubeflow.cluster import ends, overdue, recurring, submit
from kubeflow.intervals import intervals
from newsdesk.config.cluster import Schedule
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError


@dataclass(frozen=True)
class Status:
    """The state of a schedule and of its runs.

    Attributes:
        enabled: whether it fires.
        success: the newest run that succeeded, if any.
        pushed: the newest run that is known to have pushed, if any.
        unknown: how many newer successes may have pushed, but their logs were removed.
        failure: the newest run that failed, if any. A run that was refused because its
            interval was done does not count.
        running: the newest run that has not ended, if any.
        next_due: when the next run is due; None if the schedule is paused or over.
        missed: how many intervals have ended since the last success.
        unpushed: how many intervals have ended since the last push; None if this is
            unknown, or alarm_without_push is not set.
        silence: the time since which nothing was pushed for sure; None if this is
            unknown.
        alarm: kubeflow.alarm_without_push, from which `unpushed` is a problem.
        astray: the time for which the newest run was started, if it is not a time of
            the cron expression.
    """

    enabled: bool
    success: Any
    pushed: Any
    unknown: int
    failure: Any
    running: Any
    next_due: datetime | None
    missed: int
    unpushed: int | None
    silence: datetime | None
    alarm: int | None
    astray: datetime | None

    @property
    def problem(self) -> str | None:
        """A sentence if runs start at wrong times or do not succeed, otherwise None."""
        if self.astray:
            return (
                f"a run was started for {shown(self.astray)}, which is not a time of "
                "kubeflow.schedule.cron; set kubeflow.schedule.controller_time_zone "
                "to the time zone of the cluster's controller"
            )
        paused = "" if self.enabled else ", and the schedule is paused"
        if self.missed >= overdue.TOO_MANY:
            since = _since(self.success and self.success.finished_at)
            return f"no success {since}: {self.missed} intervals have ended{paused}"
        if self.unpushed is None or not self.alarm or self.unpushed < self.alarm:
            return None
        return (
            f"nothing was pushed {_since(self.silence)}: {self.unpushed} intervals "
            f"have ended, and kubeflow.alarm_without_push is {self.alarm}{paused}; "
            "`newsdesk runs --cluster` says why"
        )


def status(client: Any, config: Config, now: datetime) -> Status:
    """Requests the state of the schedule from the cluster.

    Args:
        client: from `clients.connected`.
        config: the whole configuration.
        now: the present time, with its time zone.

    Returns:
        The state; runs that a user submitted count as runs of the schedule do.

    Raises:
        ConfigError: the configuration has no schedule.
        ClusterError: the cluster has none, or more than one.
    """
    planned = recurring.wanted(config)
    experiment = recurring.experiment_of(client, config)
    present = recurring.one_of(recurring.found(client, config, experiment))
    runs = list(
        clients.every(
            client.list_runs,
            "runs",
            experiment_id=experiment,
            sort_by="created_at desc",
        )
    )
    pipeline = submit.pipeline_of(client, config)
    runs = [run for run in runs if _is_of(run, pipeline)]
    successes = [run for run in runs if run.state == "SUCCEEDED"]
    failures = _failures(runs, successes, planned)
    enabled = recurring.is_enabled(present)
    success = max(successes, key=lambda run: run.finished_at, default=None)
    begun = overdue.begun(present, runs, planned)
    alarm = config.kubeflow.alarm_without_push
    checked = ends.to_check(successes, overdue.ago(planned, alarm or 0, now))
    pushed, unknown = ends.newest_push(client, checked)
    silence = pushed.finished_at if pushed else None
    if pushed is None and len(checked) < len(successes):
        silence = checked[-1].finished_at
    owed = max(silence, begun) if silence else begun
    return Status(
        enabled=enabled,
        success=success,
        pushed=pushed,
        unknown=unknown,
        failure=next(failures, None),
        running=next((run for run in runs if not clients.has_ended(run)), None),
        next_due=intervals.next_due(planned, now) if enabled else None,
        missed=overdue.ended(
            planned, max(success.finished_at, begun) if success else begun, now
        ),
        # A newer run whose logs were removed may have pushed, so do not raise an alarm.
        unpushed=None if unknown or not alarm else overdue.ended(planned, owed, now),
        silence=silence,
        alarm=alarm,
        astray=_astray(present, runs, planned),
    )


def shown(moment: datetime | None) -> str:
    """Formats a time for people.

    Args:
        moment: a time with its time zone, or None.

    Returns:
        Date and time in the time zone of this machine; a dash for None.
    """
    return f"{moment.astimezone():%Y-%m-%d %H:%M %Z}" if moment else "-"


def _since(moment: datetime | None) -> str:
    return f"since {shown(moment)}" if moment else "at all"


def _is_of(run: Any, pipeline: str | None) -> bool:
    reference = run.pipeline_version_reference
    return reference is not None and reference.pipeline_id == pipeline


def _astray(present: Any, runs: list[Any], planned: Schedule) -> datetime | None:
    """The time for which the newest run was started, if no interval ends then.

    Only the macro has this time reliably: servers differ in what scheduled_at is.
    """
    for run in runs:
        if run.recurring_run_id == present.recurring_run_id and planned.cron:
            try:
                fired = intervals.fired_for(_text(run))
            except ConfigError:
                return None
            found = intervals.newest(planned, fired) if fired else None
            return None if found is None or found.end == fired else fired
    return None


def _text(run: Any) -> str:
    """The parameter in which a run has its interval."""
    parameters = run.runtime_config.parameters if run.runtime_config else None
    return str((parameters or {}).get(intervals.PARAMETER, ""))


def _failures(
    runs: list[Any], successes: list[Any], planned: Schedule
) -> Iterator[Any]:
    """The failed runs, the newest first.

    A run that started after its interval was done was refused, and did not fail.
    """
    done: dict[str | None, datetime] = {}
    for run in successes:
        done.setdefault(_interval(run, planned), run.finished_at)
    for run in runs:
        if run.state not in ("FAILED", "CANCELED"):
            continue
        name = _interval(run, planned)
        refused = name is not None and name in done and done[name] < run.created_at
        if not refused:
            yield run


def _interval(run: Any, planned: Schedule) -> str | None:
    """The name of the interval of a run; None if it has none."""
    text = _text(run)
    if not text:
        return None
    try:
        if "/" in text:
            return intervals.parse(text).name
        fired = intervals.fired_for(text) or clients.fired_at(run)
    except ConfigError:
        return None
    found = intervals.newest(planned, fired)
    return found.name if found else None
