"""Handles the first request to stop: Ctrl-C, SIGTERM or SIGHUP."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any


def stop_signals() -> tuple[signal.Signals, ...]:
    """Lists the signals that ask a process to stop.

    Returns:
        SIGINT and SIGTERM; SIGHUP unless it is ignored, as under nohup.
    """
    always = (signal.SIGINT, signal.SIGTERM)
    is_ignored = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    return always if is_ignored else (*always, signal.SIGHUP)


@contextlib.contextmanager
def at_first_signal(
    act: Callable[[int], None],
    later: signal.Handlers | None = None,
    is_last_work: bool = False,
) -> Iterator[None]:
    """Calls a function at the first signal; ignores SIGHUP after it.

    A terminal that closes sends SIGHUP twice, once from the system and once from the
    shell, and systemd may send it after SIGTERM.

    Args:
        act: called with the number of the first signal; may raise.
        later: the handler of later signals; None for the handlers from before.
        is_last_work: whether the process ends after the block; then SIGHUP stays
            ignored after a signal.

    Yields:
        Nothing.
    """
    received = False

    def handle(number: int, _: FrameType | None) -> None:
        nonlocal received
        received = True
        for name, before in handlers.items():
            signal.signal(name, before if later is None else later)
        if signal.SIGHUP in handlers:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        act(number)

    handlers: dict[signal.Signals, Any] = {
        name: signal.signal(name, handle) for name in stop_signals()
    }
    try:
        yield
    finally:
        for name, before in handlers.items():
            is_ignored = is_last_work and received and name == signal.SIGHUP
            signal.signal(name, signal.SIG_IGN if is_ignored else before)
