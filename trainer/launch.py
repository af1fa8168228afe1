"""run_fn of the Trainer: starts the training in a separate process.

The nodes of a local run share one process, and TensorFlow accepts collective operations
and logical devices only before its first operation. A separate process can set them up,
releases the GPU when it ends, and shows how much memory the training uses.
"""

import errno
import json
import logging
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from newsdesk import errors, standby
from newsdesk.errors import Interrupted, NewsdeskError
from trainer.training.job import Job
from trainer.training.memory import GIB

_log = logging.getLogger("newsdesk")
_progress = logging.getLogger("newsdesk.progress")
_MODULE = "trainer.process"
Hear = Callable[[str, dict[str, Any]], None]


def run_fn(fn_args: Any) -> None:
    """Trains and exports a model in another process.

    That process uses the standard streams of this one, sends its progress to the logger
    `newsdesk.progress` of this one, and never outlives this one.

    Args:
        fn_args: the Trainer's FnArgs; `custom_config` holds the fields of
            `TrainerSettings`.

    Raises:
        NewsdeskError: the process failed; the error has the same class as there. Or it
            died; the error says how.
        OSError: the disk is full.
    """
    launch(Job.of(fn_args))


def _log_progress(message: str, progress: dict[str, Any]) -> None:
    _progress.info(message, extra={"progress": progress})


def launch(job: Job, module: str = _MODULE, hear: Hear = _log_progress) -> None:
    """Runs a job in a process and waits for its end.

    Args:
        job: what to train; other workers read it, if the environment names a file.
        module: what `python -m` runs.
        hear: gets the text and the figures of each progress record; if it raises an
            error, the process is stopped.

    Raises:
        NewsdeskError: see `run_fn`.
        OSError: see `run_fn`.
    """
    began = time.monotonic()
    with job.written() as file:
        ours, process = _started(module, str(file))
        relay = _Relay(process, hear)
        with ours:
            relay.run(ours)
    relay.judge()
    _log.info(
        "trained in %.1f s, peak memory %.2f GiB",
        time.monotonic() - began,
        relay.peak_memory / GIB,
    )


def _started(module: str, file: str) -> "tuple[socket.socket, subprocess.Popen[Any]]":
    """Starts the process, or lets the one begin that the run has prepared."""
    prepared = standby.take(module)
    if prepared and prepared.begin([file, "--socket", str(prepared.descriptor)]):
        return prepared.connection, prepared.process
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", module, file]
            + ["--socket", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            # It must import this project's sources, whatever the current folder is.
            cwd=Path(__file__).parents[1],
            # Ctrl-C must reach only this process, which passes it on once.
            start_new_session=True,
        )
    return ours, process


class _Relay:
    """Receives the messages of the training process, and its result."""

    def __init__(self, process: "subprocess.Popen[Any]", hear: Hear) -> None:
        self.peak_memory = 0
        self._hear = hear
        self._process = process
        self._done = False
        self._error: dict[str, Any] | None = None

    def run(self, connection: socket.socket) -> None:
        """Passes messages on until the process has ended.

        Args:
            connection: this process's end of the pair of sockets.
        """
        with connection.makefile("rb") as lines:
            try:
                self._listen(lines)
            except Interrupted as error:
                self._stop(lines)
                # Its error says what was saved, or why it could not be saved.
                raise (_carried(self._error) if self._error else error) from None
            except BaseException:
                self._stop(lines)
                raise

    def judge(self) -> None:
        """Raises the error of the process, if it failed.

        Raises:
            NewsdeskError: see `run_fn`.
            OSError: see `run_fn`.
        """
        code = self._process.returncode
        if self._error is not None:
            raise _carried(self._error)
        if self._done:
            if code:
                _log.warning(
                    "the training is complete, but its process ended with exit code %d",
                    code,
                )
        elif code < 0:
            raise NewsdeskError(self._death(-code))
        else:
            raise NewsdeskError(
                f"the training process ended with exit code {code} and sent no error; "
                "the log has its last output"
            )

    def _listen(self, lines: Any) -> None:
        for line in lines:
            try:
                message = json.loads(line)
            except ValueError:
                # A signal interrupted the read, and a part of the line was lost.
                continue
            kind = message["kind"]
            if kind == "progress":
                progress = message["progress"]
                self.peak_memory = progress.get("peak_memory", self.peak_memory)
                self._hear(message["message"], progress)
            elif kind == "sentence":
                sentence = message["sentence"]
                _progress.info(sentence, extra={"sentence": sentence})
            elif kind == "error":
                self._error = message
            else:
                self._done = True
                self.peak_memory = message["peak_memory"]
        self._process.wait()

    def _stop(self, lines: Any) -> None:
        """Lets the process save and end; another signal raises here, and kills it."""
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
            return f"the training process died of {name}; the log has its last output"
        peak = self.peak_memory / GIB
        used = f" (it used {peak:.2f} GiB)" if peak else ""
        return (
            f"the training process was killed ({name}), perhaps because memory ran out"
            f"{used}; lower train.batch_size or text.max_length, set "
            "model.encoder.recompute = true for a checkpoint, or give the machine or "
            "the container more memory"
        )


def _carried(message: dict[str, Any]) -> Exception:
    """Recreates the error of the other process, in its nearest class that we know."""
    if message["disk_full"]:
        return OSError(errno.ENOSPC, message["sentence"])
    for name in message["classes"]:
        kind = getattr(errors, name, None)
        if isinstance(kind, type) and issubclass(kind, NewsdeskError):
            return kind(message["sentence"])
    return NewsdeskError(message["sentence"])
