"""The process that trains: `python -m trainer.process JOB.json`.

When a person or an operator that sets TF_CONFIG starts it, it logs to standard error,
and its exit code says what happened. With --wait, it joins a chief, which writes the
job file when it starts to train. `trainer.launch` passes a socket instead, for
progress, the result and errors; when the other side ends, this process also ends.
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
from newsdesk.log_stream import LogStream
from newsdesk.signals import at_first_signal
from trainer.training.job import Job
from trainer.training.memory import GIB, peak_memory

_log = logging.getLogger("newsdesk")
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
# Enough for an orphan to save its checkpoint, which takes a second or two.
_SECONDS_TO_SAVE = 30
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_OUT_OF_MEMORY = ("MemoryError", "ResourceExhaustedError")


class Channel(logging.Handler):
    """Sends messages to the process that started this one.

    Args:
        connection: one end of a pair of sockets; carries one JSON object per line.
    """

    def __init__(self, connection: socket.socket) -> None:
        super().__init__()
        self._connection = connection
        self._writing = threading.Lock()

    def send(self, kind: str, **values: Any) -> None:
        """Sends one message; does nothing if the other side has ended.

        Args:
            kind: progress, sentence, error or done.
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
        if sentence := getattr(record, "sentence", ""):
            self.send("sentence", sentence=sentence)
            return
        self.send(
            "progress",
            message=record.getMessage(),
            progress=getattr(record, "progress", {}),
        )

    def end_with_the_other_side(self) -> None:
        """Starts a thread that ends this process when the other side ends.

        A suspended process (SIGSTOP) runs no threads, so the kernel is asked to wake it
        when its parent ends.
        """
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGCONT), 0, 0, 0)
        threading.Thread(target=self._outlive, daemon=True).start()

    def _outlive(self) -> None:
        with contextlib.suppress(OSError):
            while self._connection.recv(1):
                pass
        # The kernel may deliver a signal for the process to this thread. Then Python
        # would handle it only when the main thread, which may be asleep, wakes up.
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
        "job", type=Path, help="JSON file with the fields of trainer.training.job.Job"
    )
    parser.add_argument(
        "--wait", action="store_true", help="wait until the job file exists"
    )
    parser.add_argument("--socket", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args(words)
    logging.basicConfig(
        handlers=[LogStream(sys.stderr)], level=logging.INFO, format=_FORMAT
    )
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
    """Imports TensorFlow late, so that its import errors are also reported."""
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
    # The other side logs progress, so it must not appear twice.
    progress.propagate = False
    return channel


def _interrupt(_: int) -> None:
    raise Interrupted("stopped on request")


def _fills_the_disk(error: Exception) -> bool:
    """Whether the disk is full, which TensorFlow reports only in words."""
    full = isinstance(error, OSError) and error.errno == errno.ENOSPC
    return full or os.strerror(errno.ENOSPC) in str(error)


def _explain(error: Exception) -> tuple[str, int]:
    """A sentence about an error, and the exit code of its kind."""
    if isinstance(error, NewsdeskError):
        return str(error), error.exit_code
    kind = type(error).__name__
    if kind in _OUT_OF_MEMORY and not _fills_the_disk(error):
        return (
            "there was not enough memory to train; lower train.batch_size or "
            "text.max_length, or set model.encoder.recompute = true for a checkpoint",
            ExitCode.FAILED,
        )
    last = next(iter(reversed(str(error).strip().splitlines())), "")
    return (
        f"training failed with {kind}: {last}; the log has the traceback",
        ExitCode.FAILED,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
