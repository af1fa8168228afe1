"""Processes that a run starts, killed one at a time."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.reliability import children, unbroken
from benchmarks.reliability.outcome import Outcome
from benchmarks.reliability.unbroken import Unbroken
from newsdesk.errors import DataError, ExitCode
from tests.support import sample


def error(screen: str) -> str:
    """Finds the error that a command shows; if there is none, the end of the screen."""
    lines = [line for line in screen.splitlines() if line.startswith("error ")]
    return lines[0] if lines else screen[-500:]


def of_a_run(whole: Unbroken) -> Iterator[Outcome]:
    """Kills the process that trains, and in the next run the rehearsal.

    Args:
        whole: an unbroken run, which the third run must equal.

    Yields:
        What became of each.
    """
    with whole.root_before("Trainer") as root:
        code, screen = _child_killed(root, "trainer.process", after=" epoch 1/")
        is_named = _is_named(screen, "the training process was killed")
        is_named &= code == ExitCode.FAILED
        yield Outcome("training killed", is_named, error(screen))
        before = sample.versions(root)
        code, screen = _child_killed(root, "publisher.rehearsal", after=" Predictions ")
        is_named = _is_named(screen, "was ended by signal 9")
        is_named &= code == ExitCode.STOPPED_BY_GATE
        is_fine = is_named and sample.versions(root) == before
        yield Outcome("rehearsal killed", is_fine, error(screen))
        code, screen = sample.finish(root, *unbroken.WORDS)
        is_fine = code == ExitCode.DONE and whole.is_equalled(root)
        told = "the same weights" if is_fine else screen
        yield Outcome("run after both", is_fine, told)


def _child_killed(root: Path, module: str, after: str) -> tuple[int, str]:
    """Runs, and kills a module's processes; the exit code and the screen.

    Each of them is killed, because a run replaces one that dies before it has work.
    """
    process = sample.start(root, *unbroken.WORDS)
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if after in line:
            break
    while process.poll() is None:
        if child := children.find(process.pid, module):
            os.kill(child, signal.SIGKILL)
        time.sleep(0.01)
    rest, _ = process.communicate()
    return process.returncode, "".join(lines) + rest


def _is_named(screen: str, cause: str) -> bool:
    return cause in error(screen) and "Traceback" not in screen


def of_a_reader(scratch: Path) -> Outcome:
    """Kills the process that reads Parquet while it reads.

    Args:
        scratch: an existing folder.

    Returns:
        What became of it.
    """
    import pyarrow
    import pyarrow.parquet

    from newsdesk.rows import parquet_files

    file = scratch / "rows.parquet"
    table = pyarrow.table({"text": ["a text"] * 300_000})
    pyarrow.parquet.write_table(table, file)
    rows = parquet_files.read(str(file), ["text"])
    next(rows)
    child = children.find(os.getpid(), "parquet_process")
    assert child is not None
    os.kill(child, signal.SIGKILL)
    try:
        count = 1 + sum(1 for _ in rows)
    except DataError as error:
        again = sum(1 for _ in parquet_files.read(str(file), ["text"]))
        is_fine = "ended with SIGKILL" in str(error) and again == 300_000
        return Outcome("Parquet reader killed", is_fine, str(error))
    return Outcome("Parquet reader killed", False, f"read {count} rows")
