"""A command held up at one moment of its work, so that a fault comes just then.

`python -m benchmarks.reliability.held_up SOCKET MOMENT WORDS...` is `newsdesk
WORDS...`, which at the beginning of the node MOMENT, or of what `gc` does, says so and
waits.
"""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.support.sample import REPOSITORY

GC = "gc"
_THERE = b"."


@contextlib.contextmanager
def held_up(moment: str, words: Sequence[str]) -> Iterator["subprocess.Popen[str]"]:
    """Starts a command, and holds it up for as long as the block lasts.

    Args:
        moment: the name of a node, or GC.
        words: of the command, after `newsdesk`.

    Yields:
        Its process, which has come to the moment; it goes on after the block.

    Raises:
        AssertionError: it ended before; holds what it printed.
    """
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-u", "-m", "benchmarks.reliability.held_up"]
                + [str(theirs.fileno()), moment, *words],
                pass_fds=[theirs.fileno()],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
            )
        if ours.recv(1) != _THERE:
            raise AssertionError(f"never came to {moment}: {process.communicate()[0]}")
        yield process


def main() -> None:
    """Runs the command line, and waits once."""
    from pipeline import cli
    from pipeline.local import garbage
    from pipeline.terminal.screen import Screen

    number, moment, *words = sys.argv[1:]
    connection = socket.socket(fileno=int(number))

    def wait() -> None:
        connection.send(_THERE)
        connection.recv(1)

    def waiting(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*given: Any) -> Any:
            if moment == GC or moment in given:
                wait()
            return function(*given)

        return wrapped

    if moment == GC:
        garbage.find = waiting(garbage.find)
    else:
        Screen.begin = waiting(Screen.begin)  # type: ignore[method-assign]
    sys.argv[1:] = words
    cli.main()


if __name__ == "__main__":
    main()
