"""The processes that read Parquet for this one."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from components.text_example_gen.parquet_process import MAX_MEMORY
from pipeline.errors import DataError

_COMMAND = (sys.executable, "-m", "components.text_example_gen.parquet_process")
_SECONDS_IDLE = 5.0


class Worker:
    """One process, which reads one file at a time.

    Attributes:
        ready: whether it has nothing more to say about the file before.
    """

    def __init__(self) -> None:
        """Starts the process."""
        self.ready = True
        self._process = subprocess.Popen(
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # It must import what this process does, whatever lies in its folder.
            cwd=Path(__file__).parents[2],
            # Ctrl-C reaches this process alone; that one ends when its input does.
            start_new_session=True,
        )

    def ask(self, file: str, **request: Any) -> Iterator[dict[str, Any]]:
        """Lets the process read a file.

        Args:
            file: a local path.
            **request: see `parquet_process.answers_to`.

        Yields:
            The answers but for the last, which only says that it was the last.

        Raises:
            DataError: the file cannot be read, or crashes the process.
        """
        assert self._process.stdin and self._process.stdout
        rows, self.ready = 0, False
        line = json.dumps({"file": os.path.abspath(file), **request}).encode() + b"\n"
        # Whether it has died shows when there is no answer.
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(line)
            self._process.stdin.flush()
        for line in self._process.stdout:
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
        raise DataError(_death(file, rows, self._process.wait()))

    def end(self) -> None:
        """Ends the process, whatever it does."""
        self._process.kill()
        self._process.communicate()


_idle: list[Worker] = []
_lock = threading.Lock()
# A forked process must not use the workers of the one it came from.
os.register_at_fork(after_in_child=_idle.clear)


@contextmanager
def worker() -> Iterator[Worker]:
    """Lends a process, a new one if all are busy.

    Yields:
        A process that is kept for the next file for some seconds, unless it died or
        was not listened to until its end.
    """
    with _lock:
        lent = _idle.pop() if _idle else None
    lent = lent or Worker()
    try:
        yield lent
    finally:
        if lent.ready:
            _keep(lent)
        else:
            lent.end()


def _keep(lent: Worker) -> None:
    with _lock:
        _idle.append(lent)
    timer = threading.Timer(_SECONDS_IDLE, _retire, [lent])
    timer.daemon = True
    timer.start()


def _retire(lent: Worker) -> None:
    with _lock:
        if lent not in _idle:
            return
        _idle.remove(lent)
    lent.end()


def _death(file: str, rows: int, code: int) -> str:
    how = f"exit code {code}"
    if code < 0:
        how = signal.Signals(-code).name
    return (
        f"{file}: after {rows:,} rows the library that reads Parquet ended with {how}; "
        f"the file is damaged or takes more than {MAX_MEMORY >> 30} GiB to unpack; "
        "write it again from its source"
    )
