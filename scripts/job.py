"""Runs commands side by side, and records output and time; needs Python 3.7."""

import os
import signal
import subprocess
import sys
import time
from typing import Dict, Iterator, List, NamedTuple, Optional

# The exit code of a command that cannot work on this machine, as in automake.
CANNOT = 77
_PASSED, _SKIPPED = "passed", "skipped"
_GRACE_SECONDS = 10
_POLL_SECONDS = 0.1


class Part(NamedTuple):
    """A command with its name, and the names of the parts that must pass before it."""

    name: str
    after: List[str]
    command: str


class Outcome(NamedTuple):
    """How a part ended.

    `processor` is the processor time of its processes in seconds, without containers.
    """

    name: str
    state: str
    begun: float
    seconds: float
    processor: float


class Job:
    """Runs parts as soon as the parts that they need have passed."""

    def __init__(self, parts: List[Part], folder: str) -> None:
        """Creates a job; `run` starts it.

        Args:
            parts: the parts; each needs only parts before it.
            folder: the folder for the output of each part.
        """
        self.outcomes: List[Outcome] = []
        self._waiting = list(parts)
        self._folder = folder
        self._began = time.monotonic()
        self._running: Dict[int, Part] = {}
        self._begun: Dict[int, float] = {}
        self._is_stopped = False

    def run(self, at_once: int) -> None:
        """Runs every part whose needs have passed, in the order of the parts.

        Args:
            at_once: how many parts run at the same time.
        """
        while self._waiting or self._running:
            if self._is_stopped:
                self._end()
                return
            part = self._next() if len(self._running) < at_once else None
            if part:
                self._start(part)
            elif self._running and not self._finish():
                time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        """Makes `run` stop the running parts, print their output and start none."""
        self._is_stopped = True

    def failed(self) -> List[str]:
        """Lists the names of the parts that neither passed nor were skipped."""
        fine = (_PASSED, _SKIPPED)
        return [one.name for one in self.outcomes if one.state not in fine]

    def skipped(self) -> List[str]:
        """Lists the names of the parts that this machine cannot run."""
        return [one.name for one in self.outcomes if one.state == _SKIPPED]

    def table(self) -> Iterator[str]:
        """Formats how each part ended, when it began and how long it took.

        Yields:
            The lines.
        """
        yield f"{'part':<16} {'':<22} {'began':>8} {'seconds':>8} {'processor':>10}"
        processor = sum(one.processor for one in self.outcomes)
        whole = Outcome("all", "", 0.0, self._now(), processor)
        for one in [*sorted(self.outcomes, key=lambda one: one.begun), whole]:
            yield (
                f"{one.name:<16} {one.state:<22} {one.begun:8.0f} {one.seconds:8.0f} "
                f"{one.processor:10.0f}"
            )

    def _now(self) -> float:
        return time.monotonic() - self._began

    def _next(self) -> Optional[Part]:
        """Takes the first part that can run; records those that never can."""
        states = {one.name: one.state for one in self.outcomes}
        for part in list(self._waiting):
            needs = {states.get(name) for name in part.after} - {_PASSED}
            if needs == {None}:
                continue
            self._waiting.remove(part)
            if not needs:
                return part
            state = _SKIPPED if needs <= {_SKIPPED, None} else "not run"
            self._add(part, state, self._now(), 0.0)
            states[part.name] = state
        return None

    def _start(self, part: Part) -> None:
        print(f"parts: {part.name} begins", flush=True)
        with open(self._output(part), "wb") as output:
            process = subprocess.Popen(
                ["bash", "-c", part.command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # In its own group, so that a signal reaches all its processes.
                start_new_session=True,
            )
        # `_finish` gets the exit code from wait4, which also gives the processor time.
        # A return code here keeps Popen from waiting for the process itself.
        process.returncode = 0
        self._running[process.pid] = part
        self._begun[process.pid] = self._now()

    def _finish(self, state: str = "") -> bool:
        """Records a part that has ended; false if none has."""
        pid, status, usage = os.wait4(-1, os.WNOHANG)
        part = self._running.pop(pid, None)
        if not part:
            return False
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
        known = {0: _PASSED, CANNOT: _SKIPPED}
        state = state or known.get(code, f"FAILED (exit code {code})")
        self._add(part, state, self._begun[pid], usage.ru_utime + usage.ru_stime)
        print(f"\nparts: {part.name} {state}; its output:", flush=True)
        with open(self._output(part), "rb") as output:
            sys.stdout.buffer.write(output.read())
        print(flush=True)
        return True

    def _end(self) -> None:
        for part in self._waiting:
            self._add(part, "not run", self._now(), 0.0)
        for sign in (signal.SIGTERM, signal.SIGKILL):
            for pid in self._running:
                os.killpg(pid, sign)
            late = time.monotonic() + _GRACE_SECONDS
            while self._running and time.monotonic() < late:
                if not self._finish("stopped"):
                    time.sleep(_POLL_SECONDS)

    def _add(self, part: Part, state: str, begun: float, processor: float) -> None:
        seconds = self._now() - begun
        self.outcomes.append(Outcome(part.name, state, begun, seconds, processor))

    def _output(self, part: Part) -> str:
        return os.path.join(self._folder, part.name)
