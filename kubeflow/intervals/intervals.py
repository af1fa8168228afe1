"""Finds the time interval of a run.

A schedule divides time into intervals, [one instant, the next). The run that starts at
the end of an interval belongs to it. A run has its interval in the pipeline parameter
`interval`:

- `START/END`, if a user submits the run;
- `[[ScheduledTime]]`, which the scheduler of Pipelines replaces by the time for which
  it fired, in UTC as 20060102150405 (backend/src/common/util/parameter_formatter.go);
- the same text unchanged, if the server does not replace macros in runs of version 2
  (kubeflow/pipelines#12494): then the clock and the ledger decide which interval it is;
- nothing, if the run belongs to no interval. Such a run is never refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from newsdesk.config import cron
from newsdesk.config.cluster import Schedule
from newsdesk.errors import ConfigError

PARAMETER = "interval"
MACRO = "[[ScheduledTime]]"
_REPLACED = "%Y%m%d%H%M%S"
_NAME = "%Y%m%dT%H%M%SZ"
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True, order=True)
class Interval:
    """A time interval.

    Attributes:
        start: its first instant, in UTC.
        end: the instant after it, in UTC, at which its run is due.
    """

    start: datetime
    end: datetime

    @property
    def name(self) -> str:
        """Its end as a file name, which is unique in a schedule."""
        return self.end.astimezone(timezone.utc).strftime(_NAME)

    def __str__(self) -> str:
        return "/".join(
            moment.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
            for moment in (self.start, self.end)
        )


def parse(text: str) -> Interval:
    """Reads an interval from the form that `str` gives.

    Args:
        text: START/END, two times in ISO 8601 with their offsets from UTC.

    Returns:
        The interval, in UTC.

    Raises:
        ConfigError: the text is something else.
    """
    try:
        start, end = (
            datetime.fromisoformat(word.strip().replace("Z", "+00:00"))
            for word in text.split("/")
        )
        if start.utcoffset() is None or not start < end:
            raise ValueError
        return Interval(start.astimezone(timezone.utc), end.astimezone(timezone.utc))
    except (ValueError, TypeError):
        raise ConfigError(
            f"interval {text!r}: is not START/END; write it for example as "
            "2026-12-01T03:00:00Z/2026-12-02T03:00:00Z"
        ) from None


def fired_for(text: str) -> datetime | None:
    """Reads the time that the scheduler wrote in place of its macro.

    Args:
        text: the parameter `interval` of a run.

    Returns:
        The time for which the schedule fired, in UTC; None if the macro was not
        replaced.

    Raises:
        ConfigError: the text is neither a time nor the macro.
    """
    if text == MACRO:
        return None
    try:
        return datetime.strptime(text, _REPLACED).replace(tzinfo=timezone.utc)
    except ValueError:
        raise ConfigError(
            f"interval {text!r}: is neither START/END nor a time of the scheduler; "
            "run `newsdesk schedule apply` again"
        ) from None


def newest(schedule: Schedule, moment: datetime) -> Interval | None:
    """Finds the last interval that has ended.

    Args:
        schedule: the schedule of the configuration.
        moment: a time with its time zone.

    Returns:
        The last interval that ends at this time or before it; None if there is none.
    """
    if schedule.every_minutes is not None:
        length = timedelta(minutes=schedule.every_minutes)
        first = schedule.start or _EPOCH
        if moment < first:
            return None
        end = (first + (moment - first) // length * length).astimezone(timezone.utc)
        return Interval(end - length, end)
    expression = cron.parse(schedule.cron or "")
    last = expression.until(moment, schedule.zone)
    if last is None:
        return None
    before = expression.until(last - timedelta(seconds=1), schedule.zone)
    return Interval(before or _EPOCH, last)


def next_due(schedule: Schedule, moment: datetime) -> datetime | None:
    """Finds when the next run is due.

    Args:
        schedule: the schedule of the configuration.
        moment: a time with its time zone.

    Returns:
        The end of the next interval, in UTC; None if the schedule ends before it.
    """
    moment = max(moment, schedule.start) if schedule.start else moment
    if schedule.every_minutes is not None:
        length = timedelta(minutes=schedule.every_minutes)
        current = newest(schedule, moment)
        due = current.end + length if current else None
    else:
        due = cron.parse(schedule.cron or "").after(moment, schedule.zone)
    return None if due and schedule.end and due > schedule.end else due


def backwards(schedule: Schedule, moment: datetime) -> Iterator[Interval]:
    """Lists intervals from the newest to the oldest.

    Args:
        schedule: the schedule of the configuration.
        moment: a time with its time zone, at which the newest interval has ended.

    Yields:
        The intervals that end after the start of the schedule; endless if it has none.
    """
    moment = min(moment, schedule.end) if schedule.end else moment
    while interval := newest(schedule, moment):
        if schedule.start and interval.end <= schedule.start:
            return
        yield interval
        moment = interval.end - timedelta(seconds=1)
