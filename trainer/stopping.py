"""Lets a training save itself before it obeys a signal."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


class Stop:
    """Whether somebody asked the training to stop."""

    def __init__(self) -> None:
        self.requested = False


def signals() -> tuple[signal.Signals, ...]:
    """Names the signals that ask a training to stop.

    Returns:
        SIGHUP, too, unless it is ignored, as under nohup.
    """
    asked = (signal.SIGINT, signal.SIGTERM)
    is_ignored = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    return asked if is_ignored else (*asked, signal.SIGHUP)


@contextlib.contextmanager
def on_signals() -> Iterator[Stop]:
    """Notes the first SIGTERM, SIGHUP or Ctrl-C; a second one acts as it would without.

    Yields:
        What the training looks at after every step. In a thread, where signals never
        arrive, nothing is ever requested.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def put_back() -> None:
        for one, handler in kept.items():
            signal.signal(one, handler)

    def note(_: int, __: FrameType | None) -> None:
        stop.requested = True
        put_back()
        if signal.SIGHUP in kept:
            # A terminal that closes sends it twice.
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

    kept = {one: signal.signal(one, note) for one in signals()}
    try:
        yield stop
    finally:
        put_back()
