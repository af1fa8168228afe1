"""Imports slow modules before there is work for them, here or in other processes.

Importing TensorFlow takes seconds. A run that will need a fresh process can start it
while earlier nodes run. `python -m newsdesk.standby MODULE DESCRIPTOR IMPORT...`
imports modules, waits for the words of a command line, and then does what `python -m
MODULE WORD...` does. It ends when the process that started it ends.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import logging
import runpy
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Standby:
    """A process that waits for the words of its command line.

    Args:
        module: its dotted name.
        imports: dotted names of the modules that it imports before it waits.
        is_piped: whether its output goes to pipes, and not to the streams of this
            process.
    """

    def __init__(self, module: str, imports: Sequence[str], is_piped: bool) -> None:
        self.connection, theirs = socket.socketpair()
        output = subprocess.PIPE if is_piped else None
        with theirs:
            # The process has this number for its end of the sockets.
            self.descriptor = theirs.fileno()
            self.process = subprocess.Popen(
                [sys.executable, "-u", "-m", __name__, module, str(self.descriptor)]
                + list(imports),
                pass_fds=[self.descriptor],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                text=True,
                # It must import this project's sources, whatever the current folder is.
                cwd=Path(__file__).parents[1],
                # Ctrl-C must reach only this process, which then ends the other one.
                start_new_session=True,
            )

    def begin(self, words: Sequence[str]) -> bool:
        """Lets the process run its module.

        Args:
            words: the arguments of the module.

        Returns:
            Whether the process was still there; if not, it has been cleaned up.
        """
        if self.process.poll() is None:
            with contextlib.suppress(OSError):
                self.connection.sendall(json.dumps(list(words)).encode() + b"\n")
                return True
        self.end()
        return False

    def output(self, seconds: float) -> "subprocess.CompletedProcess[str] | None":
        """Waits for the end of a piped process.

        Args:
            seconds: the limit.

        Returns:
            The ended process with its output; None if it was killed at the limit.
        """
        try:
            out, error = self.process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            self.end()
        code = self.process.returncode
        return subprocess.CompletedProcess(self.process.args, code, out, error)

    def end(self) -> None:
        """Kills the process and closes its streams."""
        self.process.kill()
        with self.connection, self.process:
            pass


# By the module.
_waiting: dict[str, Standby] = {}


def prepare(module: str, imports: Sequence[str], is_piped: bool = False) -> None:
    """Starts a process for a module, which `take` returns later.

    Args:
        module: see `Standby`.
        imports: see `Standby`.
        is_piped: see `Standby`.
    """
    if module not in _waiting:
        _waiting[module] = Standby(module, imports, is_piped)


def take(module: str) -> Standby | None:
    """Returns the process that waits to run a module, which the caller must end.

    Args:
        module: its dotted name.

    Returns:
        The process; None if none was prepared.
    """
    return _waiting.pop(module, None)


def dismiss() -> None:
    """Ends all processes that still wait."""
    while _waiting:
        _waiting.popitem()[1].end()


def import_aside(imports: Sequence[str]) -> None:
    """Imports modules in a thread, while this process waits for another one.

    Args:
        imports: dotted names of the modules.
    """
    threading.Thread(target=_import, args=(imports,), daemon=True).start()


def _import(names: Sequence[str]) -> None:
    for name in names:
        # What needs the module imports it again, and then reports the error.
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def main() -> None:
    """Imports modules, waits for the words, and runs the module."""
    module, descriptor, *imports = sys.argv[1:]
    # It must not survive its parent while it imports.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    connection = socket.socket(fileno=int(descriptor))
    root = logging.getLogger()
    # TensorFlow adds a handler of its own if it finds none.
    root.addHandler(logging.NullHandler())
    # Imports leave nothing to collect, and collections would look at all of it often.
    gc.disable()
    _import(imports)
    gc.freeze()
    gc.enable()
    root.handlers.clear()
    # Unbuffered, because what follows the line belongs to the module.
    line = b""
    while not line.endswith(b"\n"):
        read = connection.recv(1)
        if not read:
            return
        line += read
    connection.detach()
    sys.argv = [module, *json.loads(line)]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
