"""Which stretch of time a run stands for.

A schedule cuts time into intervals, [one instant, the next), and the run that begins at
an interval's end stands for it. Runs carry it as the pipeline parameter `interval`:

- `START/END`, when a person submits one;
- `[[ScheduledTime]]`, which the scheduler of Pipelines replaces by the time that it
  fired for, in UTC as 20060102150405 (backend/src/common/util/parameter_formatter.go);
- the same text as it is, where the server does not replace macros in runs of version 2
  (kubeflow/pipelines#12494): the clock and the ledger say then which interval it is;
- nothing, in a run that stands for no interval and is never refused.
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
    """A stretch of time.

    Attributes:
        start: belongs to it; aware, in UTC.
        end: does not; this is when its run is due.
    """

    start: datetime
    end: datetime

    @property
    def name(self) -> str:
        """Its end, as a name for files; a schedule has no two that share one."""
        return self.end.astimezone(timezone.utc).strftime(_NAME)

    def __str__(self) -> str:
        return "/".join(
            moment.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
            for moment in (self.start, self.end)
        )


def parse(text: str) -> Interval:
    """Reads what `str` of an interval gives.

    Args:
        text: START/END, two times of ISO 8601 with their offsets.

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
            f"interval {text!r}: is not START/END, for example "
            "2026-12-01T03:00:00Z/2026-12-02T03:00:00Z"
        ) from None


def fired_for(text: str) -> datetime | None:
    """Reads what the scheduler put in place of its macro.

    Args:
        text: the parameter of a run.

    Returns:
        The time that it fired for, in UTC; None where the macro was not replaced.

    Raises:
        ConfigError: the text is neither.
    """
    if text == MACRO:
        return None
    try:
        return datetime.strptime(text, _REPLACED).replace(tzinfo=timezone.utc)
    except ValueError:
        raise ConfigError(
            f"interval {text!r}: is neither START/END nor a time of the scheduler; "
            "compile the pipeline and apply its schedule again"
        ) from None


def newest(schedule: Schedule, moment: datetime) -> Interval | None:
    """Finds the interval whose run is due, or was due last.

    Args:
        schedule: of the configuration.
        moment: aware.

    Returns:
        The interval that ended last, at the moment at the latest; None where the
        schedule has none before it.
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
        schedule: of the configuration.
        moment: aware.

    Returns:
        The end of the next interval, in UTC; None where the schedule is over by then.
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
        schedule: of the configuration.
        moment: aware; the newest had ended by then.

    Yields:
        The intervals that end after the schedule's start, without an end where it has
        none.
    """
    moment = min(moment, schedule.end) if schedule.end else moment
    while interval := newest(schedule, moment):
        if schedule.start and interval.end <= schedule.start:
            return
        yield interval
        moment = interval.end - timedelta(seconds=1)
