"""Reads lines of a stream as they arrive, in limited memory.

It reports a pause before it would wait, so that the caller can answer what it has.
"""

import io
import select
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

LONGEST = 2**20
_CHUNK = 2**16


@dataclass(frozen=True)
class Pause:
    """No more input is available now; the next read would wait."""


@dataclass(frozen=True)
class TooLong:
    """A line of more than `LONGEST` bytes, whose content was dropped."""


def read_lines(stream: BinaryIO) -> Iterator[bytes | TooLong | Pause]:
    """Reads lines in memory that does not grow with the length of a line.

    Args:
        stream: a file, a pipe or a terminal that has not been read before.

    Yields:
        Each line without its end, and a pause before each wait.

    Raises:
        OSError: the stream cannot be read.
    """
    line, is_long = bytearray(), False
    while True:
        if not _is_ready(stream):
            yield Pause()
        # At most one system call, and it leaves nothing in the buffer.
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
    """Whether the next read will not wait; also at the end, and for data in memory."""
    try:
        waiting = select.poll()
        waiting.register(stream, select.POLLIN)
    except (io.UnsupportedOperation, PermissionError):
        return True
    return bool(waiting.poll(0))
