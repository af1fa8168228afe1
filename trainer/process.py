"""The process that trains: `python -m trainer.process JOB.json`.

Started by hand, or by an operator that sets TF_CONFIG, it logs to standard error and
ends with the exit code of what happened; with --wait it joins a chief that writes the
job when it trains. `trainer.launch` gives it a socket: progress, the end and errors go
there, and when the other side is gone, this process ends too.
"""

import argparse
import contextlib
import ctypes
import errno
import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from newsdesk.errors import ExitCode, Interrupted, NewsdeskError
from newsdesk.signals import at_first_signal
from trainer.training.job import Job
from trainer.training.memory import GIB, peak_memory

_log = logging.getLogger("newsdesk")
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
# An orphan may save what it has learned, which takes a second or two, and no more.
_SECONDS_TO_SAVE = 30
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_OUT_OF_MEMORY = ("MemoryError", "ResourceExhaustedError")


class Channel(logging.Handler):
    """Sends what happens to the process that started this one.

    Args:
        connection: one end of a pair of sockets; takes a JSON object per line.
    """

    def __init__(self, connection: socket.socket) -> None:
        super().__init__()
        self._connection = connection
        self._writing = threading.Lock()

    def send(self, kind: str, **values: Any) -> None:
        """Sends one message; to nobody, where the other side is gone.

        Args:
            kind: progress, error or done.
            values: JSON-able.
        """
        line = json.dumps({"kind": kind, **values}).encode() + b"\n"
        with self._writing, contextlib.suppress(OSError):
            self._connection.sendall(line)

    def emit(self, record: logging.LogRecord) -> None:
        """Sends a progress record.

        Args:
            record: of the logger `newsdesk.progress`.
        """
        self.send(
            "progress",
            message=record.getMessage(),
            progress=getattr(record, "progress", {}),
        )

    def end_with_the_other_side(self) -> None:
        """Waits, in a thread, for the other side to vanish, and then ends this one.

        A process that was stopped (SIGSTOP) runs no thread, so the kernel wakes it
        when its parent ends.
        """
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGCONT), 0, 0, 0)
        threading.Thread(target=self._outlive, daemon=True).start()

    def _outlive(self) -> None:
        with contextlib.suppress(OSError):
            while self._connection.recv(1):
                pass
        # Where the main thread still sleeps, the kernel may give a signal to this one,
        # and Python would not notice it before the main thread wakes up.
        main = threading.main_thread().ident
        assert main is not None
        signal.pthread_kill(main, signal.SIGTERM)
        threading.Event().wait(_SECONDS_TO_SAVE)
        os.kill(os.getpid(), signal.SIGKILL)


def main(words: list[str], run_fn: Callable[[Job], None] | None = None) -> int:
    """Trains as a job file says.

    Args:
        words: the command line.
        run_fn: does the work; by default `trainer.training.train.run_fn`.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser("python -m trainer.process", description=__doc__)
    parser.add_argument(
        "job", type=Path, help="JSON with the fields of trainer.training.job"
    )
    parser.add_argument("--wait", action="store_true", help="until the job is there")
    parser.add_argument("--socket", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args(words)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=_FORMAT)
    logging.captureWarnings(True)
    channel = _connected(arguments.socket)
    try:
        # A second signal ends the process.
        with at_first_signal(_interrupt, later=signal.SIG_DFL):
            job = Job.read(arguments.job, arguments.wait)
            (run_fn or _run_fn())(job)
    except Exception as error:
        sentence, code = _explain(error)
        _log.error(sentence, exc_info=not isinstance(error, Interrupted))
        if channel:
            channel.send(
                "error",
                classes=[kind.__name__ for kind in type(error).__mro__],
                disk_full=_fills_the_disk(error),
                sentence=sentence,
            )
        return code
    _log.info("peak memory %.2f GiB", peak_memory() / GIB)
    if channel:
        channel.send("done", peak_memory=peak_memory())
    return ExitCode.DONE


def _run_fn() -> Callable[[Job], None]:
    """Imports TensorFlow, so late that its faults are reported too."""
    from trainer.training.train import run_fn

    return run_fn


def _connected(descriptor: int | None) -> Channel | None:
    if descriptor is None:
        return None
    connection = socket.socket(fileno=descriptor)
    connection.set_inheritable(False)
    channel = Channel(connection)
    channel.end_with_the_other_side()
    progress = logging.getLogger("newsdesk.progress")
    progress.addHandler(channel)
    # The other side logs them.
    progress.propagate = False
    return channel


def _interrupt(_: int) -> None:
    raise Interrupted("stopped on request")


def _fills_the_disk(error: Exception) -> bool:
    """TensorFlow tells it in words alone."""
    full = isinstance(error, OSError) and error.errno == errno.ENOSPC
    return full or os.strerror(errno.ENOSPC) in str(error)


def _explain(error: Exception) -> tuple[str, int]:
    """One sentence, and the exit code that belongs to it."""
    if isinstance(error, NewsdeskError):
        return str(error), error.exit_code
    kind = type(error).__name__
    if kind in _OUT_OF_MEMORY and not _fills_the_disk(error):
        return (
            "there was not enough memory to train; lower train.batch_size or "
            "text.max_length",
            ExitCode.FAILED,
        )
    last = next(iter(reversed(str(error).strip().splitlines())), "")
    return (
        f"training failed with {kind}: {last}; the log holds the traceback",
        ExitCode.FAILED,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
