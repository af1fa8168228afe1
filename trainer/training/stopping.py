"""Lets a training save a checkpoint before it obeys a signal."""

import contextlib
import threading
from collections.abc import Iterator

from newsdesk.signals import at_first_signal


class Stop:
    """Whether a signal asked the training to stop."""

    def __init__(self) -> None:
        self.requested = False


@contextlib.contextmanager
def on_signals() -> Iterator[Stop]:
    """Records the first SIGTERM, SIGHUP or Ctrl-C; a second one has its usual effect.

    Yields:
        The record, which the training checks after every step. In another than the main
        thread, where signals never arrive, it never changes.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def note(_: int) -> None:
        stop.requested = True

    with at_first_signal(note):
        yield stop
