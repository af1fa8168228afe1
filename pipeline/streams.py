"""The standard streams, such that none of them decides how a command ends.

What reads the output may end first, a disk may be full, a terminal may hang up, and
whoever starts a command may have closed a stream. Writing never raises here. A command
whose result is what it prints asks afterwards whether it was written (`answer`,
`require_written`); one whose result is elsewhere only says it (`say`).
"""

import codecs
import contextlib
import errno
import io
import os
import select
import sys
from collections.abc import Iterator
from typing import TextIO

from pipeline.errors import ExitCode, NewsdeskError
from pipeline.escaping import escaped

# What stands for our own marks where an encoding lacks them; anything else is escaped.
_PLAIN = {"✓": "+", "✗": "x", "…": "~"}
_READABLE = "newsdesk.readable"


class _Sink(io.RawIOBase):
    """Writes to a descriptor, and keeps the first error instead of raising it."""

    def __init__(self, descriptor: int, is_owned: bool, is_closed: bool) -> None:
        super().__init__()
        self.broke = OSError(errno.EBADF, "it is closed") if is_closed else None
        self.lost = False
        self.is_required = True
        self.is_closed = is_closed
        self._descriptor = descriptor
        self._is_owned = is_owned

    def writable(self) -> bool:
        """Overrides io.RawIOBase.writable."""
        return True

    def fileno(self) -> int:
        """Overrides io.RawIOBase.fileno."""
        return self._descriptor

    def isatty(self) -> bool:
        """Overrides io.RawIOBase.isatty."""
        return os.isatty(self._descriptor)

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Overrides io.RawIOBase.write; always takes all of it."""
        rest = memoryview(data).cast("B")
        size = len(rest)
        try:
            while rest and not self.is_closed:
                try:
                    rest = rest[os.write(self._descriptor, rest) :]
                except BlockingIOError:
                    # Another process has made the shared description non-blocking.
                    _wait_for_room(self._descriptor)
        except OSError as error:
            self.broke = self.broke or error
        self.lost = self.lost or (self.broke is not None and self.is_required)
        return size

    def close(self) -> None:
        """Overrides io.RawIOBase.close."""
        if not self.closed and self._is_owned:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)
        super().close()


class Output(io.TextIOWrapper):
    """A text stream that never raises because of what it writes, or where to."""

    def __init__(
        self,
        descriptor: int,
        encoding: str = "utf-8",
        is_owned: bool = False,
        is_closed: bool = False,
    ) -> None:
        """Opens the stream.

        Args:
            descriptor: where to write to.
            encoding: characters that it lacks are written as escapes.
            is_owned: close the descriptor with the stream.
            is_closed: whoever started the command wants no output here.
        """
        self._sink = _Sink(descriptor, is_owned, is_closed)
        super().__init__(
            io.BufferedWriter(self._sink),  # type: ignore[type-var]
            encoding=encoding,
            errors=_READABLE,
            line_buffering=True,
        )

    @property
    def broke(self) -> OSError | None:
        """Why something that was written did not arrive, if so."""
        return self._sink.broke

    @property
    def lost(self) -> bool:
        """Whether some of that was required."""
        return self._sink.lost

    @property
    def is_closed(self) -> bool:
        """Whether the stream was closed before the command began."""
        return self._sink.is_closed

    def inherit(self, other: "Output") -> None:
        """Takes over what became of another stream to the same place.

        Args:
            other: a stream that is used no more.
        """
        self._sink.broke = self._sink.broke or other.broke
        self._sink.lost = self._sink.lost or other.lost

    @contextlib.contextmanager
    def optional(self) -> Iterator[None]:
        """Lets a block write what nobody needs for the command to have succeeded."""
        self.flush()
        before, self._sink.is_required = self._sink.is_required, False
        try:
            yield
        finally:
            self.flush()
            self._sink.is_required = before


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


def _wait_for_room(descriptor: int) -> None:
    waiting = select.poll()
    waiting.register(descriptor, select.POLLOUT)
    waiting.poll()


def _readably(error: UnicodeError) -> tuple[str, int]:
    """Stands for characters that an encoding lacks; an error handler of `codecs`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    shown = (
        _PLAIN.get(one) or one.encode("ascii", "backslashreplace").decode()
        for one in lacking
    )
    return "".join(shown), error.end


codecs.register_error(_READABLE, _readably)
