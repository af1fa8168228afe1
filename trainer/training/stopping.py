"""Lets a training save itself before it obeys a signal."""

import contextlib
import threading
from collections.abc import Iterator

from newsdesk.signals import at_first_signal


class Stop:
    """Whether somebody asked the training to stop."""

    def __init__(self) -> None:
        self.requested = False


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

    def note(_: int) -> None:
        stop.requested = True

    with at_first_signal(note):
        yield stop
