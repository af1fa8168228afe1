"""Makes Ctrl-C, SIGTERM and SIGHUP end a run as cleanly as an error does."""

import contextlib
from collections.abc import Iterator

from newsdesk.errors import Interrupted
from newsdesk.signals import at_first_signal
from pipeline.terminal import output


class Signals(list[int]):
    """The signals that interrupted the work.

    Attributes:
        is_over: whether the work has ended; then a first signal raises nothing and is
            not added.
    """

    is_over = False


@contextlib.contextmanager
def interruptible() -> Iterator[Signals]:
    """Raises Interrupted at the first signal; later signals have their default effect.

    SIGHUP counts unless it is ignored, as under nohup. After the first signal, SIGHUP
    is ignored until the process ends.

    Yields:
        The signals received, because a library may swallow the exception.
    """
    received = Signals()

    def stop(number: int) -> None:
        output.set_ending(True)
        if not received.is_over:
            received.append(number)
            raise Interrupted("stopped on request")

    output.set_ending(False)
    with at_first_signal(stop, is_last_work=True):
        yield received
