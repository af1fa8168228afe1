"""How many intervals a schedule owes."""

from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from kubeflow.cluster import client as clients
from kubeflow.intervals import intervals
from newsdesk.config.cluster import Schedule

# So many intervals without a success are too many.
TOO_MANY = 2
_MOST_MISSED = 1000
_MOMENT = timedelta(seconds=1)


def begun(present: Any, runs: list[Any], planned: Schedule) -> datetime:
    """Finds since when a schedule owes runs.

    A schedule that took the place of another one continues it. What a person submitted
    before, or a schedule that was deleted long ago, makes no interval overdue in which
    there was no schedule.

    Args:
        present: the recurring run.
        runs: of the pipeline, the newest first.
        planned: the schedule of the configuration.

    Returns:
        The making of the schedule, or just before the first run of those it continues.
    """
    since: datetime = present.created_at
    for run in runs:
        # Servers write None or "" for a run that a person submitted.
        if not run.recurring_run_id:
            continue
        fired = clients.fired_at(run)
        if fired < since:
            # Its own interval, and one whose run is about to begin.
            if ended(planned, fired - _MOMENT, since) > TOO_MANY:
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
