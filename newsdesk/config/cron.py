"""Computes when a cron expression fires on Kubeflow Pipelines, with clock changes.

Pipelines parses cron with github.com/robfig/cron v1.2.0: six fields from seconds to
days of the week, without a time zone in the expression (v1 refuses `TZ=` and `CRON_TZ=`
of v3 as a seventh field). Times are in the zone of the controller
(`CRON_SCHEDULE_TIMEZONE`, or that of its machine). An expression fires whenever the
local clock shows a matching time: an hour that is skipped in spring does not fire, and
an hour that is repeated in autumn fires twice. Sources: go.mod, util/cron_schedule.go
and util/const.go of kubeflow/pipelines, backend/src/crd/controller/scheduledworkflow,
and runs of that version.
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
# Pipelines also looks five years ahead.
_HORIZON = timedelta(days=5 * 366)


@dataclass(frozen=True)
class Cron:
    """A parsed expression.

    Attributes:
        fields: the values that fire, from seconds to days of the week.
        any_day: whether the field for days of the month contains `*` or `?`.
        any_weekday: the same for days of the week.
    """

    fields: tuple[tuple[int, ...], ...]
    any_day: bool
    any_weekday: bool

    def after(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """Finds the next time that the expression fires.

        Args:
            moment: any aware time.
            zone: the zone of the clock that the expression is read by.

        Returns:
            The first time after the moment, in UTC; None if there is none within five
            years.
        """
        for day in _days(moment, zone, 1):
            for instant in _instants(self, day, zone):
                if instant > moment:
                    return instant
        return None

    def until(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """Finds the last time that the expression fired.

        Args:
            moment: any aware time.
            zone: the zone of the clock that the expression is read by.

        Returns:
            The last time not after the moment, in UTC; None if there is none within
            five years.
        """
        for day in _days(moment, zone, -1):
            for instant in reversed(_instants(self, day, zone)):
                if instant <= moment:
                    return instant
        return None

    def fires_on(self, day: date) -> bool:
        """Decides whether the expression fires on a day.

        Args:
            day: the day in the zone of the clock.

        Returns:
            Whether month, day and weekday match. If day and weekday are both
            restricted, one of them is enough.
        """
        *_, days, months, weekdays = self.fields
        fits = day.day in days, (day.weekday() + 1) % 7 in weekdays
        either = not (self.any_day or self.any_weekday)
        return day.month in months and (any(fits) if either else all(fits))


def parse(expression: str) -> Cron:
    """Parses an expression as Kubeflow Pipelines does.

    Args:
        expression: six fields: second, minute, hour, day, month, day of the week.

    Returns:
        The parsed expression.

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
    """Pipelines treats `*/2` like `*` when it combines day and weekday."""
    return any(part[0] in "*?" for part in word.split(","))


def _days(moment: datetime, zone: ZoneInfo, step: int) -> Iterator[date]:
    first = moment.astimezone(zone).date()
    for number in range(_HORIZON.days):
        yield first + timedelta(days=step * number)


@lru_cache(maxsize=64)
def _instants(cron: Cron, day: date, zone: ZoneInfo) -> list[datetime]:
    """Lists the times on a day, in UTC, sorted, without hours that do not exist."""
    if not cron.fires_on(day):
        return []
    seconds, minutes, hours, *_ = cron.fields
    found = set()
    for at in (time(h, m, s) for h in hours for m in minutes for s in seconds):
        # A repeated hour has two instants: fold 0 is the first, fold 1 the second.
        for fold in (0, 1):
            wall = datetime.combine(day, at.replace(fold=fold), zone)
            instant = wall.astimezone(timezone.utc)
            # A skipped hour comes back from UTC as another hour.
            if instant.astimezone(zone).replace(tzinfo=None) == wall.replace(
                tzinfo=None, fold=0
            ):
                found.add(instant)
    return sorted(found)
