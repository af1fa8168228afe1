"""Starts the processes that read Parquet, and asks them for rows."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from newsdesk.errors import DataError
from newsdesk.rows.parquet_process import MAX_MEMORY

COMMAND = (sys.executable, "-m", "newsdesk.rows.parquet_process")


class Worker:
    """One process, which reads one file at a time.

    Attributes:
        ready: whether all answers about the last file have been read.
        process: the process that reads.
    """

    def __init__(self) -> None:
        """Starts the process."""
        self.ready = True
        self.process = _started()

    def ask(self, file: str, **request: Any) -> Iterator[dict[str, Any]]:
        """Lets the process read a file.

        Args:
            file: a local path.
            **request: see `parquet_process.answers_to`.

        Yields:
            The answers, without the last one, which only marks the end.

        Raises:
            DataError: the file cannot be read, or crashes the process.
        """
        rows, self.ready = 0, False
        line = json.dumps({"file": os.path.abspath(file), **request}).encode() + b"\n"
        first = self._first(line)
        if not first and self.process.wait() == 0:
            # The process had ended because no request came for some seconds.
            self.process = _started()
            first = self._first(line)
        assert self.process.stdout
        for line in chain([first], self.process.stdout):
            if not line.endswith(b"\n"):
                break
            answer = json.loads(line)
            self.ready = "error" in answer or "end" in answer
            if "error" in answer:
                raise DataError(f"{file}: {answer['error']}")
            if self.ready:
                return
            rows += answer.get("rows", 0)
            yield answer
        raise DataError(_death(file, rows, self.process.wait()))

    def end(self) -> None:
        """Kills the process."""
        self.process.kill()
        self.process.communicate()

    def _first(self, request: bytes) -> bytes:
        assert self.process.stdin and self.process.stdout
        # If the process has died, the missing answer shows this.
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(request)
            self.process.stdin.flush()
        return self.process.stdout.readline()


def _started() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # `-m` imports from the current folder, so it must be the one of this code.
        cwd=Path(__file__).parents[2],
        # Ctrl-C must only reach this process. The new one ends when its input ends.
        start_new_session=True,
    )


idle: list[Worker] = []
# A forked process must not use the workers of its parent.
os.register_at_fork(after_in_child=idle.clear)


@contextmanager
def worker() -> Iterator[Worker]:
    """Lends a process, and starts a new one if all are busy.

    Yields:
        A process. It is kept for the next file, unless it died or its answers were not
        read to the end. It ends by itself if no request comes for some seconds.
    """
    try:
        lent = idle.pop()
    except IndexError:
        lent = Worker()
    try:
        yield lent
    finally:
        if lent.ready:
            idle.append(lent)
        else:
            lent.end()


def _death(file: str, rows: int, code: int) -> str:
    how = f"exit code {code}"
    if code < 0:
        how = signal.Signals(-code).name
    return (
        f"{file}: after {rows:,} rows the library that reads Parquet ended with {how}; "
        f"the file is damaged or needs more than {MAX_MEMORY >> 30} GiB to unpack, so "
        "write it again from its source"
    )
