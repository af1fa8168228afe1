"""A command killed just before one of its changes to the files of a folder.

`python -m benchmarks.reliability.killed_at FOLDER NUMBER WORDS...` is `newsdesk
WORDS...`, which kills itself before it creates, opens for writing, renames or removes a
file or folder below FOLDER for the NUMBER-th time.
"""

import atexit
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.support.sample import REPOSITORY

# Events of Python's audit hooks, with the place of the path and, where there is one, of
# the descriptor that it is relative to.
_EVENTS: dict[str, tuple[int, int | None]] = {
    "open": (0, None),
    "os.link": (1, 3),
    "os.mkdir": (0, 2),
    "os.remove": (0, 1),
    "os.rename": (0, 2),
    "os.rmdir": (0, 1),
    "os.truncate": (0, None),
}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


def changes(folder: Path, words: Sequence[str]) -> int:
    """Counts the changes of a command, which is not killed.

    Args:
        folder: below which changes count.
        words: of the command, after `newsdesk`.

    Returns:
        How many there were.

    Raises:
        AssertionError: the command failed; holds what it printed.
    """
    done = _run(folder, 0, words)
    assert done.returncode == 0, done.stdout
    return int(done.stdout.split()[-1])


def killed_at(folder: Path, number: int, words: Sequence[str]) -> bool:
    """Runs a command to one of its changes.

    Args:
        folder: what it must change something below.
        number: of the change, from 1.
        words: of the command, after `newsdesk`.

    Returns:
        Whether it was killed; False if it ended well with fewer changes.

    Raises:
        AssertionError: it ended otherwise; holds what it printed.
    """
    done = _run(folder, number, words)
    assert done.returncode in (0, -signal.SIGKILL), done.stdout
    return done.returncode != 0


def _run(
    folder: Path, number: int, words: Sequence[str]
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.reliability.killed_at"]
        + [str(folder), str(number), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )


def main() -> None:
    """Runs the command line."""
    from pipeline import cli

    folder, number = os.path.realpath(sys.argv[1]) + "/", int(sys.argv[2])
    count = 0

    def watch(event: str, given: tuple[Any, ...]) -> None:
        nonlocal count
        if event in _EVENTS and _changed(event, given).startswith(folder):
            count += 1
            if count == number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    # With NUMBER 0 nothing is killed.
    atexit.register(lambda: print(count))
    sys.argv[1:] = sys.argv[3:]
    cli.main()


def _changed(event: str, given: tuple[Any, ...]) -> str:
    """The path that an event changes; "" for an event that changes none."""
    at, relative_to = _EVENTS[event]
    path = given[at]
    if not isinstance(path, str | bytes | os.PathLike):
        return ""
    if event == "open" and not (given[2] or 0) & _WRITES:
        return ""
    descriptor = given[relative_to] if relative_to is not None else -1
    above = f"/proc/self/fd/{descriptor}" if descriptor >= 0 else "."
    return os.path.join(os.path.realpath(above), os.fsdecode(path))


if __name__ == "__main__":
    main()
