"""run_fn of the Trainer: training in a process of its own.

The nodes of a local run share one process, and TensorFlow takes collective operations
and logical devices only before its first operation. A process of its own can have them,
gives the GPU back when it ends, and shows what memory training takes.
"""

import errno
import json
import logging
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from newsdesk import errors
from newsdesk.errors import Interrupted, NewsdeskError
from trainer.training.job import Job
from trainer.training.memory import GIB

_log = logging.getLogger("newsdesk")
_progress = logging.getLogger("newsdesk.progress")
_MODULE = "trainer.process"


def run_fn(fn_args: Any) -> None:
    """Trains and exports a model, in another process.

    Its standard streams are those of this process; its progress reaches the logger
    `newsdesk.progress` here. It never outlives this process.

    Args:
        fn_args: the Trainer's FnArgs; `custom_config` holds the fields of
            `TrainerSettings`.

    Raises:
        NewsdeskError: what the process failed with, of the same class, or how it died.
        OSError: the disk is full.
    """
    launch(Job.of(fn_args))


def launch(job: Job, module: str = _MODULE) -> None:
    """Runs a job in a process and waits for its end.

    Args:
        job: what to train; also for other workers, where the environment names a file.
        module: what `python -m` runs.

    Raises:
        NewsdeskError: see `run_fn`.
        OSError: see `run_fn`.
    """
    began = time.monotonic()
    ours, theirs = socket.socketpair()
    with ours, job.written() as file:
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-u", "-m", module, str(file)]
                + ["--socket", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                # It must import what this process does, whatever lies in its folder.
                cwd=Path(__file__).parents[1],
                # Ctrl-C reaches this process alone, which passes it on once.
                start_new_session=True,
            )
        relay = _Relay(process)
        relay.run(ours)
    relay.judge()
    _log.info(
        "trained in %.1f s, peak memory %.2f GiB",
        time.monotonic() - began,
        relay.peak_memory / GIB,
    )


class _Relay:
    """What the training process says, and what became of it."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.peak_memory = 0
        self._process = process
        self._done = False
        self._error: dict[str, Any] | None = None

    def run(self, connection: socket.socket) -> None:
        """Passes messages on until the process has ended.

        Args:
            connection: our end of the pair of sockets.
        """
        with connection.makefile("rb") as lines:
            try:
                self._listen(lines)
            except Interrupted as error:
                self._stop(lines)
                # It knows what it saved, or why it could not.
                raise (_carried(self._error) if self._error else error) from None
            except BaseException:
                self._stop(lines)
                raise

    def judge(self) -> None:
        """Raises what the process failed with, if it did.

        Raises:
            NewsdeskError: see `run_fn`.
            OSError: see `run_fn`.
        """
        code = self._process.returncode
        if self._error is not None:
            raise _carried(self._error)
        if self._done:
            if code:
                _log.warning("after its work the training process ended with %d", code)
        elif code < 0:
            raise NewsdeskError(self._death(-code))
        else:
            raise NewsdeskError(
                f"the training process ended with exit code {code} and without a word; "
                "the log holds what it printed last"
            )

    def _listen(self, lines: Any) -> None:
        for line in lines:
            try:
                message = json.loads(line)
            except ValueError:
                # The signal that interrupted the reading took a part of it.
                continue
            kind = message["kind"]
            if kind == "progress":
                progress = message["progress"]
                self.peak_memory = progress.get("peak_memory", self.peak_memory)
                _progress.info(message["message"], extra={"progress": progress})
            elif kind == "error":
                self._error = message
            else:
                self._done = True
                self.peak_memory = message["peak_memory"]
        self._process.wait()

    def _stop(self, lines: Any) -> None:
        """Lets the process save; a second signal, which raises again, kills it."""
        self._process.terminate()
        try:
            self._listen(lines)
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise

    def _death(self, number: int) -> str:
        name = signal.Signals(number).name
        if number != signal.SIGKILL:
            return (
                f"the training process died of {name}; the log holds what it printed "
                "last"
            )
        held = self.peak_memory / GIB
        held_at_most = f", of which it held {held:.2f} GiB" if held else ""
        return (
            f"the training process was killed ({name}), perhaps for want of memory"
            f"{held_at_most}; lower train.batch_size or text.max_length, or give the "
            "machine or the container more"
        )


def _carried(message: dict[str, Any]) -> Exception:
    """The error of the other process, as one of the nearest class that we have."""
    if message["disk_full"]:
        return OSError(errno.ENOSPC, message["sentence"])
    for name in message["classes"]:
        kind = getattr(errors, name, None)
        if isinstance(kind, type) and issubclass(kind, NewsdeskError):
            return kind(message["sentence"])
    return NewsdeskError(message["sentence"])
