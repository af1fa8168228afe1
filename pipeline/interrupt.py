"""Makes Ctrl-C, SIGTERM and SIGHUP end a run as cleanly as an error does."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

from pipeline import output
from pipeline.errors import Interrupted


class Signals(list[int]):
    """The signals that interrupted the work.

    Attributes:
        is_over: whether the work has ended, so that a first signal has nothing left to
            interrupt: it raises nothing and is not kept.
    """

    is_over = False


@contextlib.contextmanager
def interruptible() -> Iterator[Signals]:
    """Raises Interrupted on the first signal, and the default on the second.

    SIGHUP counts unless it is ignored, as under nohup. After the first signal it is
    ignored until the process ends: a terminal that closes sends it twice, once from the
    system and once from the shell, and systemd may send it after SIGTERM.

    Yields:
        The signals that came, for code that wants to know whether some library
        swallowed the exception.
    """
    came = Signals()
    is_ending = False

    def put_back() -> None:
        for one in kept:
            is_ignored = is_ending and one == signal.SIGHUP
            signal.signal(one, signal.SIG_IGN if is_ignored else kept[one])

    def stop(number: int, _: FrameType | None) -> None:
        nonlocal is_ending
        is_ending = True
        output.set_ending(True)
        put_back()
        if not came.is_over:
            came.append(number)
            raise Interrupted("stopped on request")

    output.set_ending(False)
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    kept = {one: signal.signal(one, stop) for one in numbers}
    try:
        yield came
    finally:
        put_back()
