"""The first request to stop is acted on once; a second one does what it did before."""

import os
import signal
from collections.abc import Iterator

import pytest

from newsdesk.signals import at_first_signal, stop_signals


@pytest.fixture
def heard() -> Iterator[list[int]]:
    """Collects signals that reach the handlers from before."""
    came: list[int] = []
    kept = {
        one: signal.signal(one, lambda number, _: came.append(number))
        for one in (signal.SIGTERM, signal.SIGHUP)
    }
    yield came
    for one, handler in kept.items():
        signal.signal(one, handler)


def test_the_first_signal_is_acted_on_and_the_second_goes_on(heard: list[int]) -> None:
    first: list[int] = []
    with at_first_signal(first.append):
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGTERM):
            os.kill(os.getpid(), number)

    assert (first, heard) == ([signal.SIGTERM], [signal.SIGTERM])
    os.kill(os.getpid(), signal.SIGHUP)
    assert heard == [signal.SIGTERM, signal.SIGHUP]


def test_a_hangup_stays_ignored_after_the_last_work(heard: list[int]) -> None:
    with at_first_signal(lambda _: None, is_last_work=True):
        os.kill(os.getpid(), signal.SIGHUP)
    os.kill(os.getpid(), signal.SIGHUP)

    assert heard == []


def test_without_a_signal_nothing_changes(heard: list[int]) -> None:
    before = {one: signal.getsignal(one) for one in stop_signals()}
    with at_first_signal(lambda _: None, later=signal.SIG_DFL, is_last_work=True):
        pass

    assert {one: signal.getsignal(one) for one in stop_signals()} == before


def test_an_ignored_hangup_does_not_ask_to_stop(heard: list[int]) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    assert stop_signals() == (signal.SIGINT, signal.SIGTERM)
