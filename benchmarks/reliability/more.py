"""Faults besides kills of runs and flipped bits, one of each kind.

`python -m benchmarks.reliability.more` kills the processes that a run starts; kills
`gc`, `rollback` and `init` before some of their changes to files; changes labels and
keeps size and time of the file; damages artifacts; and lets a webhook drip bytes for
ever.
"""

import argparse
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.reliability import dripping, killed_commands, killed_processes, unbroken
from benchmarks.reliability.outcome import Outcome
from benchmarks.reliability.unbroken import Unbroken
from newsdesk.errors import ExitCode
from pipeline import notify
from tests.support import sample

_DATA = sample.SAMPLE.parents[1] / "sample" / "sample.csv"


def same_time(whole: Unbroken, scratch: Path) -> Outcome:
    """Changes labels in a file, and keeps its size and time.

    Args:
        whole: an unbroken run.
        scratch: an existing folder.

    Returns:
        What became of it: the next run must read the rows again.
    """
    rows = scratch / "rows.csv"
    shutil.copy2(_DATA, rows)
    words = (*unbroken.WORDS, "--set", f"data.path={rows}")
    with whole.root_before(None) as root:
        shutil.rmtree(root / "serving")
        shutil.copytree(whole.kept / "serving", root / "serving")
        times = rows.stat()
        content = rows.read_bytes()
        changed = content.replace(b"\nWorld,", b"\nWor1d,")
        assert changed != content
        rows.write_bytes(changed)
        os.utime(rows, ns=(times.st_atime_ns, times.st_mtime_ns))
        _, screen = sample.finish(root, *words)
    # With the old digest, the run would say that there is nothing to do.
    is_fine = "✗ TextExampleGen" in screen
    told = killed_processes.error(screen)
    return Outcome("rows changed, same size and time", is_fine, told)


def artifacts_damaged(whole: Unbroken) -> Outcome:
    """Empties a file of one node and removes one of another.

    Args:
        whole: an unbroken run, which the next must equal.

    Returns:
        What became of it: both nodes must be run again, and the line must say so.
    """
    with whole.root_before("Pusher") as root:
        made = root / "artifacts"
        newest = _newest(made / "Predictions" / "predictions")
        (newest / "predictions.parquet").write_bytes(b"")
        (_newest(made / "DataGate" / "verdict") / "verdict.json").unlink()
        code, screen = sample.finish(root, *unbroken.WORDS)
        again = [line.split()[1] for line in screen.splitlines() if "run again" in line]
        is_same = code == ExitCode.DONE and whole.is_equalled(root)
    is_fine = is_same and again == ["DataGate", "Predictions"]
    return Outcome("artifacts damaged", is_fine, f"run again: {', '.join(again)}")


def _newest(output: Path) -> Path:
    """The folder that the last execution of a node wrote."""
    return max(
        (one for one in output.iterdir() if one.is_dir()), key=lambda one: int(one.name)
    )


def slow_webhook() -> Outcome:
    """Posts to a server that sends a byte now and then.

    Returns:
        What became of it; it takes a minute, and hardly any processor time.
    """
    with dripping.server() as url:
        began = time.monotonic()
        reason = notify.post(url, {"text": "a text"})
        seconds = time.monotonic() - began
    is_fine = reason is not None and "did not answer within" in reason
    return Outcome("webhook that drips", is_fine, f"{reason}, after {seconds:.0f} s")


def tried(whole: Unbroken, scratch: Path, kills: int) -> Iterator[Outcome]:
    """Tries everything.

    Args:
        whole: an unbroken run.
        scratch: an existing folder.
        kills: at how many changes each command is killed.

    Yields:
        What became of each fault.
    """
    yield killed_processes.of_a_reader(scratch)
    yield slow_webhook()
    commands = killed_commands
    for one in (commands.init(scratch), commands.rollback(scratch), commands.gc(whole)):
        yield from commands.killed(one, kills)
    yield same_time(whole, scratch)
    yield artifacts_damaged(whole)
    yield from killed_processes.of_a_run(whole)


def main() -> None:
    """Tries, and prints a line for each fault and the figure last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=12, help="of each command")
    asked = parser.parse_args()
    found = []
    with unbroken.prepared("more") as (whole, scratch):
        for one in tried(whole, scratch, asked.kills):
            found.append(one)
            mark = "fine  " if one.is_fine else "FAILED"
            print(f"{one.fault:<40} {mark} {one.told}", flush=True)
    fine = sum(one.is_fine for one in found)
    print(f"{len(found)} faults: {fine} fine, {len(found) - fine} failed")
    sys.exit(fine < len(found))


if __name__ == "__main__":
    main()
