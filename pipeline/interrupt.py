"""Makes Ctrl-C and SIGTERM end a run as cleanly as an error does."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

from pipeline.errors import Interrupted


@contextlib.contextmanager
def interruptible() -> Iterator[list[int]]:
    """Raises Interrupted on the first signal, and the default on the second.

    Yields:
        The signals that came, for code that wants to know whether some library
        swallowed the exception.
    """
    came: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        came.append(number)
        for one in kept:
            signal.signal(one, kept[one])
        raise Interrupted("stopped on request")

    kept = {one: signal.signal(one, stop) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield came
    finally:
        for one in kept:
            signal.signal(one, kept[one])
