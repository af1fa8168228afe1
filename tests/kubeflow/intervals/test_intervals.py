"""Each run has one interval, by a cron expression or by minutes."""

from datetime import datetime, timedelta, timezone
from itertools import islice

import pytest

from kubeflow.intervals import intervals
from kubeflow.intervals.intervals import Interval
from newsdesk.config.cluster import Schedule
from newsdesk.errors import ConfigError

BERLIN = Schedule(
    cron="0 30 2 * * *", time_zone="Europe/Berlin", controller_time_zone="Europe/Berlin"
)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def test_an_interval_is_read_back_as_written() -> None:
    interval = Interval(_utc("2026-12-01 02:00"), _utc("2026-12-02 02:00"))
    assert str(interval) == "2026-12-01T02:00:00Z/2026-12-02T02:00:00Z"
    assert intervals.parse(str(interval)) == interval
    assert intervals.parse("2026-12-01T03:00+01:00/2026-12-02T03:00+01:00") == interval
    assert interval.name == "20261202T020000Z"


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2026-12-01T02:00:00/2026-12-02T02:00:00",
        "2026-12-02T02:00:00Z/2026-12-01T02:00:00Z",
        "2026-12-01T02:00:00Z/2026-12-02T02:00:00",
        "a/b/c",
    ],
)
def test_a_text_that_is_not_an_interval_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="is not START/END"):
        intervals.parse(text)


def test_the_time_and_the_macro_of_the_scheduler_are_read() -> None:
    assert intervals.fired_for("20261124033000") == _utc("2026-11-24 03:30")
    assert intervals.fired_for(intervals.MACRO) is None
    with pytest.raises(ConfigError, match="neither START/END nor a time"):
        intervals.fired_for("[[Index]]")


def test_intervals_by_cron_leave_no_gap_over_a_clock_change() -> None:
    listed = list(islice(intervals.backwards(BERLIN, _utc("2026-10-27 00:00")), 4))
    assert [interval.end for interval in listed] == [
        _utc("2026-10-26 01:30"),
        _utc("2026-10-25 01:30"),
        _utc("2026-10-25 00:30"),
        _utc("2026-10-24 00:30"),
    ]
    for later, earlier in zip(listed, listed[1:], strict=False):
        assert later.start == earlier.end


def test_intervals_by_minutes_are_counted_from_the_start() -> None:
    schedule = Schedule(every_minutes=90, start=_utc("2026-12-01 00:10"))
    newest = intervals.newest(schedule, _utc("2026-12-01 03:11"))
    assert newest == Interval(_utc("2026-12-01 01:40"), _utc("2026-12-01 03:10"))
    assert intervals.newest(schedule, _utc("2026-12-01 00:00")) is None
    due = intervals.next_due(schedule, _utc("2026-12-01 03:11"))
    assert due == _utc("2026-12-01 04:40")


def test_a_schedule_begins_and_ends() -> None:
    schedule = Schedule(
        cron="0 0 3 * * *",
        start=_utc("2026-12-01 12:00"),
        end=_utc("2026-12-04 12:00"),
    )
    assert intervals.next_due(schedule, _utc("2026-01-01")) == _utc("2026-12-02 03:00")
    assert intervals.next_due(schedule, _utc("2026-12-04 04:00")) is None
    ends = [one.end for one in intervals.backwards(schedule, _utc("2027-01-01"))]
    assert [end.day for end in ends] == [4, 3, 2]
    assert ends[0] - ends[1] == timedelta(days=1)
