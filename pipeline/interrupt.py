"""Makes Ctrl-C, SIGTERM and SIGHUP end a run as cleanly as an error does."""

import contextlib
from collections.abc import Iterator

from newsdesk.errors import Interrupted
from newsdesk.signals import at_first_signal
from pipeline.terminal import output


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
    ignored until the process ends.

    Yields:
        The signals that came, for code that wants to know whether some library
        swallowed the exception.
    """
    came = Signals()

    def stop(number: int) -> None:
        output.set_ending(True)
        if not came.is_over:
            came.append(number)
            raise Interrupted("stopped on request")

    output.set_ending(False)
    with at_first_signal(stop, is_last_work=True):
        yield came
