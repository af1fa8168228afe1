"""Lines of a stream as they come: it says when none is there, and bounds each."""

import io
import select
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

LONGEST = 2**20
_CHUNK = 2**16


@dataclass(frozen=True)
class Pause:
    """Nothing more is there for now; reading on would wait."""


@dataclass(frozen=True)
class TooLong:
    """A line of more than `LONGEST` bytes, which was not kept."""


def read_lines(stream: BinaryIO) -> Iterator[bytes | TooLong | Pause]:
    """Reads lines in memory that does not grow with them.

    Args:
        stream: a file, a pipe or a terminal; nothing of it was read before.

    Yields:
        Each line without its end, and a pause before each wait.

    Raises:
        OSError: it cannot be read.
    """
    line, is_long = bytearray(), False
    while True:
        if not _is_ready(stream):
            yield Pause()
        # At most one system call, and nothing stays behind in the buffer.
        chunk = stream.read1(_CHUNK)  # type: ignore[attr-defined]
        if not chunk:
            break
        *ends, begin = chunk.split(b"\n")
        for end in ends:
            is_long = is_long or len(line) + len(end) > LONGEST
            yield TooLong() if is_long else bytes(line + end)
            line.clear()
            is_long = False
        is_long = is_long or len(line) + len(begin) > LONGEST
        if is_long:
            line.clear()
        else:
            line += begin
    if line or is_long:
        yield TooLong() if is_long else bytes(line)


def _is_ready(stream: BinaryIO) -> bool:
    """Whether reading would not wait; also at the end, and in memory."""
    try:
        waiting = select.poll()
        waiting.register(stream, select.POLLIN)
    except (io.UnsupportedOperation, PermissionError):
        return True
    return bool(waiting.poll(0))
