"""The standard streams, such that none of them decides how a command ends.

What reads the output may end first, a disk may be full, a terminal may hang up, and
whoever starts a command may have closed a stream. Writing never raises here. A command
whose result is what it prints asks afterwards whether it was written (`answer`,
`require_written`); one whose result is elsewhere only says it (`say`).
"""

import contextlib
import errno
import os
import sys
from typing import TextIO

from newsdesk.errors import ExitCode, NewsdeskError
from newsdesk.escaping import escaped
from pipeline.terminal.output import Output


def open_standard() -> None:
    """Replaces the standard streams of this process by those that never raise.

    To be called before any file is opened: a file would get the number of a stream that
    is closed, and take what libraries print. `sys.stdin` stays None where it is closed.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            # The lowest free number is this one, because those below are open.
            os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(descriptor, True)
    sys.stdout = _replaced(sys.stdout, 1)
    sys.stderr = _replaced(sys.stderr, 2)


def say(text: str) -> None:
    """Prints a message of a command whose result is elsewhere.

    Args:
        text: lines, shown as they are whatever they hold.
    """
    optional = (
        sys.stdout.optional()
        if isinstance(sys.stdout, Output)
        else contextlib.nullcontext()
    )
    with optional:
        print(escaped(text), flush=True)


def answer(text: str, stream: TextIO | None = None) -> None:
    """Prints what a command was called for, and makes sure of it.

    Args:
        text: lines, shown as they are whatever they hold.
        stream: where to, by default standard output.

    Raises:
        NewsdeskError: see `require_written`.
        SystemExit: see `require_written`.
    """
    stream = stream or sys.stdout
    print(escaped(text), file=stream, flush=True)
    require_written(stream)


def require_written(stream: TextIO | None = None) -> None:
    """Ends a command whose output did not arrive.

    Args:
        stream: by default standard output.

    Raises:
        NewsdeskError: it cannot be written; says why.
        SystemExit: whoever read it wants no more, which needs no words.
    """
    stream = stream or sys.stdout
    stream.flush()
    if isinstance(stream, Output) and stream.lost and stream.broke:
        if stream.broke.errno == errno.EPIPE:
            raise SystemExit(ExitCode.FAILED)
        raise NewsdeskError(unwritten(stream.broke))


def unwritten(error: OSError) -> str:
    """Says that the output is not there.

    Args:
        error: what standard output broke with.

    Returns:
        One sentence.
    """
    return (
        f"standard output cannot be written: {error.strerror}; the output is not "
        "complete, send it to another place and run the command again"
    )


def is_interactive() -> bool:
    """Tells whether a person can be asked something."""
    return sys.stdin is not None and sys.stdin.isatty()


def encodes_all(stream: TextIO) -> bool:
    """Tells whether a stream can hold every character as it is.

    Args:
        stream: any text stream.
    """
    return (stream.encoding or "utf-8").lower().startswith("utf")


def _replaced(stream: TextIO | None, descriptor: int) -> Output:
    if stream is None:
        return Output(descriptor, is_closed=True)
    stream.flush()
    return Output(descriptor, stream.encoding)
