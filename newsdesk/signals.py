"""Reacts once to a request to stop: Ctrl-C, SIGTERM or SIGHUP."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any


def stop_signals() -> tuple[signal.Signals, ...]:
    """Names the signals that ask a process to stop.

    Returns:
        SIGINT and SIGTERM; SIGHUP unless it is ignored, as under nohup.
    """
    asked = (signal.SIGINT, signal.SIGTERM)
    is_ignored = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    return asked if is_ignored else (*asked, signal.SIGHUP)


@contextlib.contextmanager
def at_first_signal(
    act: Callable[[int], None],
    later: signal.Handlers | None = None,
    is_last_work: bool = False,
) -> Iterator[None]:
    """Calls a function at the first signal; SIGHUP is ignored from then on.

    A terminal that closes sends SIGHUP twice, once from the system and once from the
    shell, and systemd may send it after SIGTERM.

    Args:
        act: gets the number of the first signal; may raise.
        later: what other signals do from then on; None for what they did before.
        is_last_work: whether the process ends after the block, so that SIGHUP stays
            ignored after a signal.

    Yields:
        Nothing.
    """
    came = False

    def handle(number: int, _: FrameType | None) -> None:
        nonlocal came
        came = True
        for one, before in kept.items():
            signal.signal(one, before if later is None else later)
        if signal.SIGHUP in kept:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        act(number)

    kept: dict[signal.Signals, Any] = {
        one: signal.signal(one, handle) for one in stop_signals()
    }
    try:
        yield
    finally:
        for one, before in kept.items():
            is_ignored = is_last_work and came and one == signal.SIGHUP
            signal.signal(one, signal.SIG_IGN if is_ignored else before)
