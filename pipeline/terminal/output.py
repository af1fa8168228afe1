"""A text stream whose writes never raise.

A run must not fail because its screen is closed, full or cannot encode a character.
"""

import codecs
import contextlib
import errno
import io
import math
import os
import select
from collections.abc import Iterator

# Replacements of our own marks in encodings without them; other characters are escaped.
_PLAIN = {"✓": "+", "✗": "x", "…": "~"}
_READABLE = "newsdesk.readable"
# How long a write waits for a reader: after a signal asked the command to end, and if
# the output is optional.
_SECONDS_AT_THE_END = 1.0
SECONDS_IF_OPTIONAL = 60.0
SECONDS_BETWEEN_LOOKS = 0.25
# A pipe or terminal that has room takes this many bytes without blocking.
_CHUNK = 512
_is_ending = False


def set_ending(is_ending: bool) -> None:
    """Limits how long the streams of this process wait for a reader.

    A stopped terminal or a pipe without a reader may block a run. It must not block a
    run after a signal, because that run still holds the lock of its folder.

    Args:
        is_ending: whether a signal asked the command to end.
    """
    global _is_ending
    _is_ending = is_ending


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
        """Overrides io.RawIOBase.write; always reports all bytes as written."""
        rest = memoryview(data).cast("B")
        size = len(rest)
        try:
            while rest and not self.is_closed:
                if self.broke and (_is_ending or isinstance(self.broke, TimeoutError)):
                    break
                if not self._has_room():
                    raise TimeoutError(errno.ETIMEDOUT, "no process reads it")
                # Another process with the same terminal may have made it non-blocking.
                with contextlib.suppress(BlockingIOError):
                    rest = rest[os.write(self._descriptor, rest[:_CHUNK]) :]
        except OSError as error:
            self.broke = self.broke or error
        self.lost = self.lost or (self.broke is not None and self.is_required)
        return size

    def _has_room(self) -> bool:
        """Waits for a reader, in steps, because a signal shortens the wait."""
        waiting = select.poll()
        waiting.register(self._descriptor, select.POLLOUT)
        waited = 0.0
        while not waiting.poll(SECONDS_BETWEEN_LOOKS * 1000):
            waited += SECONDS_BETWEEN_LOOKS
            most = math.inf if self.is_required else SECONDS_IF_OPTIONAL
            if waited >= (_SECONDS_AT_THE_END if _is_ending else most):
                return False
        return True

    def close(self) -> None:
        """Overrides io.RawIOBase.close."""
        if not self.closed and self._is_owned:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)
        super().close()


class Output(io.TextIOWrapper):
    """A text stream whose writes never raise; it keeps the first error instead."""

    def __init__(
        self,
        descriptor: int,
        encoding: str = "utf-8",
        is_owned: bool = False,
        is_closed: bool = False,
    ) -> None:
        """Opens the stream.

        Args:
            descriptor: the file descriptor to write to.
            encoding: the encoding; characters that it lacks are written as escapes.
            is_owned: whether to close the descriptor with the stream.
            is_closed: whether the descriptor was closed when the command started; then
                nothing is written.
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
        """The first error of a write, or None."""
        return self._sink.broke

    @property
    def lost(self) -> bool:
        """Whether output that was not optional has been lost."""
        return self._sink.lost

    @property
    def is_closed(self) -> bool:
        """Whether the stream was closed before the command started."""
        return self._sink.is_closed

    def inherit(self, other: "Output") -> None:
        """Takes over the error of another stream to the same terminal or file.

        Args:
            other: a stream that is no longer used.
        """
        self._sink.broke = self._sink.broke or other.broke
        self._sink.lost = self._sink.lost or other.lost

    @contextlib.contextmanager
    def optional(self) -> Iterator[None]:
        """Marks the output of a block as optional: it may be lost without an error."""
        self.flush()
        before, self._sink.is_required = self._sink.is_required, False
        try:
            yield
        finally:
            self.flush()
            self._sink.is_required = before


def _readably(error: UnicodeError) -> tuple[str, int]:
    """Replaces characters that an encoding lacks; an error handler of `codecs`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    replacements = (
        _PLAIN.get(char) or char.encode("ascii", "backslashreplace").decode()
        for char in missing
    )
    return "".join(replacements), error.end


codecs.register_error(_READABLE, _readably)
