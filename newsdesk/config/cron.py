"""When a cron expression of Kubeflow Pipelines fires, its clock changes included.

Pipelines reads cron with github.com/robfig/cron v1.2.0: six fields from seconds to
days of the week, and no time zone in the expression (`TZ=` and `CRON_TZ=`, which v3
knows, are a seventh field to it and refused). Times are those of the zone in which the
controller runs (`CRON_SCHEDULE_TIMEZONE`, else its own). An instant fires whenever the
clock on the wall reads right: an hour that is left out in spring does not fire, one
that comes twice in autumn fires twice. Seen in go.mod, util/cron_schedule.go and
util/const.go of kubeflow/pipelines, backend/src/crd/controller/scheduledworkflow, and
by running that version.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

_FIELDS = (
    ("second", 0, 59),
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day", 1, 31),
    ("month", 1, 12),
    ("weekday", 0, 6),
)
_NAMES = {
    "month": "jan feb mar apr may jun jul aug sep oct nov dec".split(),
    "weekday": "sun mon tue wed thu fri sat".split(),
}
_PART = re.compile(r"(?P<from>[*?]|\w+)(-(?P<to>\w+))?(/(?P<step>\d+))?")
# As long as Pipelines itself looks ahead.
_HORIZON = timedelta(days=5 * 366)


@dataclass(frozen=True)
class Cron:
    """A parsed expression.

    Attributes:
        fields: the values that fire, from seconds to days of the week.
        any_day: whether the days of the month say nothing.
        any_weekday: whether the days of the week say nothing.
    """

    fields: tuple[tuple[int, ...], ...]
    any_day: bool
    any_weekday: bool

    def after(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """Finds the next instant.

        Args:
            moment: any aware time.
            zone: of the clock that the expression is read by.

        Returns:
            The first instant later than the moment, in UTC; None where there is none
            within five years.
        """
        for day in _days(moment, zone, 1):
            for instant in _instants(self, day, zone):
                if instant > moment:
                    return instant
        return None

    def until(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """Finds the instant that came last.

        Args:
            moment: any aware time.
            zone: of the clock that the expression is read by.

        Returns:
            The last instant that is not later than the moment, in UTC; None where there
            is none within five years.
        """
        for day in _days(moment, zone, -1):
            for instant in reversed(_instants(self, day, zone)):
                if instant <= moment:
                    return instant
        return None

    def fires_on(self, day: date) -> bool:
        """Says whether an instant falls on a day.

        Args:
            day: as the calendar has it.

        Returns:
            Whether month, day and weekday fit: with both days given, one is enough.
        """
        *_, days, months, weekdays = self.fields
        fits = day.day in days, (day.weekday() + 1) % 7 in weekdays
        either = not (self.any_day or self.any_weekday)
        return day.month in months and (any(fits) if either else all(fits))


def parse(expression: str) -> Cron:
    """Reads an expression as Kubeflow Pipelines does.

    Args:
        expression: six fields: second, minute, hour, day, month, day of the week.

    Returns:
        What it means.

    Raises:
        ValueError: says which field is wrong and what is allowed there.
    """
    words = expression.split()
    if len(words) != len(_FIELDS):
        raise ValueError(
            "needs six fields: second, minute, hour, day of the month, month, day of "
            "the week, for example `0 0 3 * * *`"
        )
    cron = Cron(
        fields=tuple(
            tuple(sorted(_values(word, *field)))
            for word, field in zip(words, _FIELDS, strict=True)
        ),
        any_day=_is_open(words[3]),
        any_weekday=_is_open(words[5]),
    )
    if len(cron.fields[0]) > 1:
        raise ValueError(f"fires more than once a minute: second is {words[0]!r}")
    if cron.after(datetime.now(timezone.utc), ZoneInfo("UTC")) is None:
        raise ValueError("never fires: no month has such a day")
    return cron


def _values(word: str, name: str, least: int, most: int) -> Iterator[int]:
    for part in word.split(","):
        read = _PART.fullmatch(part)
        if read is None:
            raise ValueError(f"{name} {part!r} is neither *, a number nor a range")
        if read["from"] in "*?":
            first, last = least, most
        else:
            first = _number(read["from"], name)
            last = most if read["step"] else first
        last = _number(read["to"], name) if read["to"] else last
        step = int(read["step"] or 1)
        if not least <= first <= last <= most or not step:
            raise ValueError(f"{name} {part!r} is not within {least} to {most}")
        yield from range(first, last + 1, step)


def _number(word: str, name: str) -> int:
    names = _NAMES.get(name, [])
    if word.lower() in names:
        return names.index(word.lower()) + (name == "month")
    if not word.isdecimal():
        raise ValueError(f"{name} {word!r} is not a number")
    return int(word)


def _is_open(word: str) -> bool:
    """Pipelines takes every second day for any day, too."""
    return any(part[0] in "*?" for part in word.split(","))


def _days(moment: datetime, zone: ZoneInfo, step: int) -> Iterator[date]:
    first = moment.astimezone(zone).date()
    for number in range(_HORIZON.days):
        yield first + timedelta(days=step * number)


@lru_cache(maxsize=64)
def _instants(cron: Cron, day: date, zone: ZoneInfo) -> list[datetime]:
    """When it fires on a day, in UTC, sorted; hours that do not exist are left out."""
    if not cron.fires_on(day):
        return []
    seconds, minutes, hours, *_ = cron.fields
    found = set()
    for at in (time(h, m, s) for h in hours for m in minutes for s in seconds):
        for fold in (0, 1):
            wall = datetime.combine(day, at.replace(fold=fold), zone)
            instant = wall.astimezone(timezone.utc)
            if instant.astimezone(zone).replace(tzinfo=None) == wall.replace(
                tzinfo=None, fold=0
            ):
                found.add(instant)
    return sorted(found)
