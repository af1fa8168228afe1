"""Counts the intervals that ended without the run they should have had."""

from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from kubeflow.cluster import client as clients
from kubeflow.intervals import intervals
from newsdesk.config.cluster import Schedule

# `schedule status` fails after this many intervals without a success.
TOO_MANY = 2
# A schedule that was silent for longer was deleted; a shorter silence may be an outage,
# after which intervals are overdue even if the schedule was applied again.
_LONG_AGO = timedelta(days=7)
# A broken schedule of every minute may have missed millions; nobody needs the number.
_MOST_MISSED = 1000
_MOMENT = timedelta(seconds=1)


def begun(present: Any, runs: list[Any], planned: Schedule) -> datetime:
    """Finds the time since which a schedule must have had runs.

    A schedule that replaced another one continues it. An interval is not overdue if
    there was no schedule in it: runs that a user submitted before, and a schedule that
    was deleted long ago, do not count.

    Args:
        present: the recurring run.
        runs: the runs of the pipeline, the newest first.
        planned: the schedule of the configuration.

    Returns:
        The time when the schedule was created, or just before the first run of the
        schedules that it continues.
    """
    since: datetime = present.created_at
    for run in runs:
        # Servers write None or "" for a run that a user submitted.
        if not run.recurring_run_id:
            continue
        fired = clients.fired_at(run)
        if fired < since:
            # Two may have ended in between without a gap: the interval of this run,
            # and the one whose run is about to start.
            gap = ended(planned, fired - _MOMENT, since)
            if since - run.created_at > _LONG_AGO and gap > TOO_MANY:
                break
            since = fired - _MOMENT
    return since


def ended(planned: Schedule, since: datetime, now: datetime) -> int:
    """Counts the intervals that have ended since a moment.

    Args:
        planned: the schedule of the configuration.
        since: aware.
        now: aware.

    Returns:
        Their number, 1,000 at most.
    """
    count = 0
    for interval in intervals.backwards(planned, now):
        if interval.end <= since or count == _MOST_MISSED:
            break
        count += 1
    return count


def ago(planned: Schedule, count: int, now: datetime) -> datetime | None:
    """Goes back a number of intervals.

    Args:
        planned: the schedule of the configuration.
        count: of intervals.
        now: aware.

    Returns:
        The end of the oldest of them; None where there are not so many.
    """
    back = islice(intervals.backwards(planned, now), count)
    ends = [interval.end for interval in back]
    return ends[-1] if count and len(ends) == count else None
