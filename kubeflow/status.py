"""Whether a schedule keeps its promise: how its runs ended, and what was missed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kubeflow import client as clients
from kubeflow import intervals, recurring, submit
from pipeline.cluster_config import Schedule
from pipeline.config import Config
from pipeline.errors import ConfigError

_MOST_MISSED = 1000
_MOMENT = timedelta(seconds=1)
# So many intervals without a success are too many.
_TOO_MANY = 2


@dataclass(frozen=True)
class Status:
    """How a schedule is doing.

    Attributes:
        enabled: whether it fires.
        success: the newest run that came to a good end; None where there is none.
        failure: the newest that did not; None where there is none. A run that was
            refused because its interval was done is no failure.
        running: the newest run that has not ended; None where there is none.
        next_due: None while it is paused, and where it is over.
        missed: how many intervals have ended since the last success.
        astray: what the newest run was fired for, where the cron has no such instant.
    """

    enabled: bool
    success: Any
    failure: Any
    running: Any
    next_due: datetime | None
    missed: int
    astray: datetime | None

    @property
    def problem(self) -> str | None:
        """One sentence where runs begin at wrong times or do not succeed, else None."""
        if self.astray:
            return (
                f"a run was begun for {shown(self.astray)}, which is no instant of the "
                "cron; hold kubeflow.schedule.controller_time_zone against the cluster"
            )
        if self.missed < _TOO_MANY:
            return None
        since = f"since {shown(self.success.finished_at)}" if self.success else "at all"
        paused = "" if self.enabled else ", and the schedule is paused"
        return f"no success {since}: {self.missed} intervals have ended{paused}"


def status(client: Any, config: Config, now: datetime) -> Status:
    """Asks the cluster how the schedule is doing.

    Args:
        client: from `clients.connected`.
        config: the whole configuration.
        now: aware.

    Returns:
        Its state; runs that a person has submitted count, too.

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
    # The interval of the oldest run is one of those that ended.
    begun = min(
        [present.created_at, *(clients.fired_at(run) - _MOMENT for run in runs)]
    )
    return Status(
        enabled=enabled,
        success=success,
        failure=next(failures, None),
        running=next((run for run in runs if not clients.has_ended(run)), None),
        next_due=intervals.next_due(planned, now) if enabled else None,
        missed=_ended(planned, success.finished_at if success else begun, now),
        astray=_astray(present, runs, planned),
    )


def shown(moment: datetime | None) -> str:
    """Writes a moment for a person.

    Args:
        moment: aware.

    Returns:
        Date and time by the clock of this machine; a dash for none.
    """
    return f"{moment.astimezone():%Y-%m-%d %H:%M %Z}" if moment else "-"


def _is_of(run: Any, pipeline: str | None) -> bool:
    reference = run.pipeline_version_reference
    return reference is not None and reference.pipeline_id == pipeline


def _astray(present: Any, runs: list[Any], planned: Schedule) -> datetime | None:
    """What the newest run was fired for, if that is no end of an interval.

    Only the macro tells it for sure: what servers write as scheduled_at differs.
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
    """The parameter by which a run carries its interval."""
    parameters = run.runtime_config.parameters if run.runtime_config else None
    return str((parameters or {}).get(intervals.PARAMETER, ""))


def _failures(
    runs: list[Any], successes: list[Any], planned: Schedule
) -> Iterator[Any]:
    """The failed runs, the newest first, without those that were refused."""
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
    """The name of the interval that a run stands for."""
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


def _ended(planned: Schedule, since: datetime, now: datetime) -> int:
    """How many intervals have ended since a moment."""
    count = 0
    for interval in intervals.backwards(planned, now):
        if interval.end <= since or count == _MOST_MISSED:
            break
        count += 1
    return count
