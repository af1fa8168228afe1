"""Cron fires at the times of Kubeflow Pipelines' parser, even at clock changes."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newsdesk.config import cron

# Made with Go: cron.Parse(expression).Next(moment.In(zone)), four times.
ROWS = (Path(__file__).parent / "cron_of_robfig.txt").read_text().splitlines()[1:]


def _moments(words: list[str]) -> list[datetime]:
    return [datetime.fromisoformat(word.replace("Z", "+00:00")) for word in words]


def test_times_are_those_of_the_scheduler() -> None:
    differing = []
    for row in ROWS:
        expression, zone, *words = row.split("|")
        moment, *expected = _moments(words)
        read, clock = cron.parse(expression), ZoneInfo(zone)
        for instant in expected:
            if read.after(moment, clock) != instant:
                differing.append(row)
            moment = instant
    assert len(ROWS) >= 90
    assert differing == []


def test_looking_back_finds_the_same_times() -> None:
    for row in ROWS:
        expression, zone, *words = row.split("|")
        _, *instants = _moments(words)
        read, clock = cron.parse(expression), ZoneInfo(zone)
        for before, instant in zip(instants, instants[1:], strict=False):
            assert read.until(instant, clock) == instant
            assert read.until(instant - timedelta(seconds=1), clock) == before


def test_a_skipped_hour_does_not_fire_and_a_repeated_hour_fires_twice() -> None:
    nightly, berlin = cron.parse("0 30 2 * * *"), ZoneInfo("Europe/Berlin")
    (spring,) = _moments(["2026-03-28T12:00:00Z"])
    assert nightly.after(spring, berlin) == _moments(["2026-03-30T00:30:00Z"])[0]
    first, second = _moments(["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"])
    assert nightly.after(first - timedelta(hours=1), berlin) == first
    assert nightly.after(first, berlin) == second


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("0 3 * * *", "needs six fields"),
        ("@daily", "needs six fields"),
        ("CRON_TZ=Europe/Berlin 0 0 3 * * *", "needs six fields"),
        ("0 0 24 * * *", "hour '24' is not within 0 to 23"),
        ("0 0 0 * * 7", "weekday '7' is not within 0 to 6"),
        ("0 0 0 0 * *", "day '0' is not within 1 to 31"),
        ("0 0 0 5-2 * *", "day '5-2' is not within"),
        ("0 0 0 L * *", "day 'L' is not a number"),
        ("0 */0 0 * * *", "minute '\\*/0' is not within"),
        ("0 0 0 * noon *", "month 'noon' is not a number"),
        ("0 0 0 1,, * *", "day '' is neither"),
        ("* * * * * *", "more than once a minute"),
        ("0 0 0 31 2 *", "never fires"),
    ],
)
def test_invalid_or_never_firing_expressions_are_refused(
    expression: str, told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        cron.parse(expression)
