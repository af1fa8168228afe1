"""Runs killed anywhere go on to the same result.

`python -m tests.faults.kills` kills a run of the sample at the start, in the middle and
at the end of every node, in the training and in the push, runs it again, and prints how
many went on to what the unbroken run came to.
"""

import argparse
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.faults import sample

# A checkpoint often enough that a killed training has something to go on from.
_WORDS = ("--set", "train.checkpoint_steps=10")
_TOLERANCE = 1e-3


@dataclass(frozen=True)
class Point:
    """When to kill: so long after the line of the node before, or after the start."""

    node: str
    before: str | None
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """What became of one kill."""

    point: Point
    was_killed: bool
    went_on: bool
    half_published: int
    lost: int
    seconds: float


def points(root: Path, startup: float, count: int) -> list[Point]:
    """Looks at an unbroken run, and spreads points over it.

    Args:
        root: where it has run.
        startup: seconds until its first node had ended.
        count: how many; start, middle and end of every node come first.

    Returns:
        The points.
    """
    nodes = sample.summary(root)["nodes"]
    durations = {one["name"]: one["seconds"] for one in nodes}
    names = list(durations)
    durations[names[0]] = startup
    wanted = [(name, share) for name in names for share in (0.0, 0.5, 0.95)]
    wanted += [("Trainer", 0.7), ("Trainer", 0.85), ("Pusher", 0.7), ("Pusher", 0.98)]
    if count < len(wanted):
        wanted = [("Transform", 0.5), ("Trainer", 0.85), ("Pusher", 0.9)][:count]
    jitter = random.Random(7)
    return [
        Point(
            name,
            names[names.index(name) - 1] if names.index(name) else None,
            max(0.0, durations[name] * (share + jitter.uniform(0.0, 0.04))),
        )
        for name, share in wanted[:count]
    ]


def kill(point: Point, folder: Path, metrics: dict[str, float]) -> Outcome:
    """Runs, kills at the point, and runs again.

    Args:
        point: when.
        folder: where; is empty.
        metrics: what the unbroken run came to.

    Returns:
        What became of it.
    """
    root = folder / "root"
    process = sample.start(root, *_WORDS)
    assert process.stdout is not None
    if point.before is not None:
        # The line of the node before is the first sign of this one.
        _wait_for(process, f" {point.before} ")
    _kill_after(process, point.seconds)
    was_killed = process.returncode == -signal.SIGKILL
    broken = sample.half_published(root)
    before = set() if broken else set(sample.versions(root))
    began = time.monotonic()
    code, _ = sample.finish(root, *_WORDS)
    after = sample.versions(root)
    reached = after[max(after)] if after else {}
    went_on = code == 0 and all(
        abs(reached.get(name, -1.0) - value) <= _TOLERANCE
        for name, value in metrics.items()
    )
    lost = len(before - set(after))
    seconds = time.monotonic() - began
    return Outcome(point, was_killed, went_on, broken, lost, seconds)


def _wait_for(process: "subprocess.Popen[str]", sign: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if sign in line:
            return


def _kill_after(process: "subprocess.Popen[str]", seconds: float) -> None:
    """Drains the screen while the moment comes, so that the run never waits for us."""
    assert process.stdout is not None
    drain = threading.Thread(target=process.stdout.read)
    drain.start()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    process.wait()
    drain.join()


def kills(count: int, workers: int) -> Iterator[Outcome]:
    """Kills at many points.

    Args:
        count: of the points.
        workers: how many runs at a time.

    Yields:
        What became of each.
    """
    with tempfile.TemporaryDirectory(prefix="newsdesk-kills-") as scratch:
        unbroken = Path(scratch, "unbroken")
        began = time.monotonic()
        process = sample.start(unbroken, *_WORDS)
        _wait_for(process, "✓ ")
        startup = time.monotonic() - began
        screen, _ = process.communicate()
        assert process.returncode == 0, screen
        metrics = sample.versions(unbroken).popitem()[1]
        chosen = points(unbroken, startup, count)

        def one(number: int) -> Outcome:
            folder = Path(scratch, str(number))
            folder.mkdir()
            try:
                return kill(chosen[number], folder, metrics)
            finally:
                shutil.rmtree(folder, ignore_errors=True)

        with ThreadPoolExecutor(workers) as pool:
            yield from pool.map(one, range(len(chosen)))


def main() -> None:
    """Kills, and prints a line each and the figure last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=40)
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    found = []
    for outcome in kills(asked.points, asked.workers):
        found.append(outcome)
        told = "went on" if outcome.went_on else "FAILED"
        late = "" if outcome.was_killed else " (ended before the kill)"
        print(
            f"{outcome.point.node:<16} {outcome.point.seconds:6.2f} s  {told}, "
            f"{outcome.seconds:.0f} s more{late}",
            flush=True,
        )
    print(
        f"{sum(one.went_on for one in found)} of {len(found)} continued to the same "
        f"result ({sum(one.was_killed for one in found)} killed in time), "
        f"{sum(one.half_published for one in found)} half-published versions, "
        f"{sum(one.lost for one in found)} lost versions"
    )


if __name__ == "__main__":
    main()
