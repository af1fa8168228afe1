"""Standard streams that do not decide how a command ends.

The reader of the output may end first, a disk may be full, a terminal may hang up, and
a stream may be closed from the start. Writing to these streams never raises. A command
whose result is its output checks afterwards that it was written (`answer`,
`require_written`). A command whose result is elsewhere only prints messages (`say`).
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
    """Replaces the standard streams of this process with streams that never raise.

    Call it before any file is opened: the file would get the number of a closed stream,
    and receive what libraries print. A closed `sys.stdin` stays None.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            # This is the lowest free number, because all lower ones are open.
            os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(descriptor, True)
    sys.stdout = _replaced(sys.stdout, 1)
    sys.stderr = _replaced(sys.stderr, 2)


def say(text: str) -> None:
    """Prints a message; the command may succeed even if the message is lost.

    Args:
        text: one or more lines; control characters are escaped.
    """
    optional = (
        sys.stdout.optional()
        if isinstance(sys.stdout, Output)
        else contextlib.nullcontext()
    )
    with optional:
        print(escaped(text), flush=True)


def answer(text: str, stream: TextIO | None = None) -> None:
    """Prints the result of a command, and ends the command if that fails.

    Args:
        text: one or more lines; control characters are escaped.
        stream: the stream to print to, by default standard output.

    Raises:
        NewsdeskError: see `require_written`.
        SystemExit: see `require_written`.
    """
    stream = stream or sys.stdout
    print(escaped(text), file=stream, flush=True)
    require_written(stream)


def require_written(stream: TextIO | None = None) -> None:
    """Ends the command if its output could not be written.

    Args:
        stream: the stream to check, by default standard output.

    Raises:
        NewsdeskError: the output could not be written; says why.
        SystemExit: the reader has closed the pipe, which needs no message.
    """
    stream = stream or sys.stdout
    stream.flush()
    if isinstance(stream, Output) and stream.lost and stream.broke:
        if stream.broke.errno == errno.EPIPE:
            raise SystemExit(ExitCode.FAILED)
        raise NewsdeskError(unwritten(stream.broke))


def unwritten(error: OSError) -> str:
    """Explains that the output is not complete.

    Args:
        error: the first error of standard output.

    Returns:
        One sentence.
    """
    return (
        f"standard output cannot be written: {error.strerror}; the output is not "
        "complete: send it to another file and run the command again"
    )


def is_interactive() -> bool:
    """Decides whether the command can ask the user a question."""
    # With the output in a file or a pipe, nobody would see the question.
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def encodes_all(stream: TextIO) -> bool:
    """Decides whether a stream can encode every character.

    Args:
        stream: any text stream.
    """
    return (stream.encoding or "utf-8").lower().startswith("utf")


def _replaced(stream: TextIO | None, descriptor: int) -> Output:
    if stream is None:
        return Output(descriptor, is_closed=True)
    stream.flush()
    return Output(descriptor, stream.encoding)
