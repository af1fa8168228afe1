"""Runs killed anywhere go on to the same result.

`python -m tests.faults.kills` kills runs of the sample at the start, in the middle and
at the end of every node, in the training and in the push. One root is killed in node
after node, always by the same share of a node, and goes on each time; its last run must
come to what an unbroken one came to. It prints how many kills were survived so.
"""

import argparse
import random
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests import first_run
from tests.faults import sample
from tests.first_run import FirstRun

# A checkpoint often enough that a killed training has something to go on from.
_WORDS = ("--set", "train.checkpoint_steps=10")
_TOLERANCE = 1e-3
# Before a node that is done, and one that the cache has answered for.
_ENDED = ("✓ ", "= ")


@dataclass(frozen=True)
class Point:
    """When to kill: so long after the line of the node before, or after the start."""

    node: str
    before: str | None
    seconds: float


@dataclass(frozen=True)
class Kill:
    """What became of one kill."""

    point: Point
    was_in_time: bool
    half_published: int
    lost: int


@dataclass(frozen=True)
class Chain:
    """Kills of one root, one after another, and whether it came to the same result."""

    kills: list[Kill]
    went_on: bool


def points(unbroken: FirstRun) -> list[list[Point]]:
    """Looks at an unbroken run, and spreads points over it.

    Args:
        unbroken: the run.

    Returns:
        Four chains of points, in the order of the nodes: starts, middles and ends, and
        more of the training and the push. 40 of 12 nodes.
    """
    durations = {one["name"]: one["seconds"] for one in unbroken.summary["nodes"]}
    names = list(durations)
    durations[names[0]] = unbroken.startup
    jitter = random.Random(7)

    def point(name: str, share: float) -> Point:
        place = names.index(name)
        seconds = durations[name] * (share + jitter.uniform(0.0, 0.04))
        return Point(name, names[place - 1] if place else None, seconds)

    chains = [[point(name, share) for name in names] for share in (0.0, 0.5, 0.93)]
    more = [("Trainer", 0.6), ("Trainer", 0.85), ("Pusher", 0.7), ("Pusher", 0.85)]
    return [*chains, [point(name, share) for name, share in more]]


def kill(point: Point, root: Path, startup: float) -> Kill:
    """Runs, and kills at the point.

    Args:
        point: when.
        root: of the run.
        startup: seconds until the first node of the unbroken run had ended; the point
            comes as much sooner or later as the machine is faster or slower now.

    Returns:
        What became of it.
    """
    before = _whole(root)
    seconds = point.seconds
    began = time.monotonic()
    process = sample.start(root, *_WORDS)
    if point.before is not None:
        # The line of the node before is the first sign of this one.
        first = _wait_for(process, *_ENDED)
        seconds *= (time.monotonic() - began) / startup
        if f" {point.before} " not in first:
            _wait_for(process, f" {point.before} ")
    _kill_after(process, seconds, f" {point.node} ")
    was_in_time = process.returncode == -signal.SIGKILL
    broken = sample.half_published(root)
    lost = 0 if broken else len(before - _whole(root))
    return Kill(point, was_in_time, broken, lost)


def survive(chain: list[Point], root: Path, unbroken: FirstRun) -> Chain:
    """Kills at each point, and lets the last run come to its end.

    Args:
        chain: the points.
        root: is empty.
        unbroken: what the last run must come to, too.

    Returns:
        What became of it.
    """
    found = []
    for point in chain:
        found.append(kill(point, root, unbroken.startup))
        _tell(found[-1])
    code, screen = sample.finish(root, *_WORDS)
    after = sample.versions(root)
    reached = after[max(after)] if after else {}
    went_on = code == 0 and all(
        abs(reached.get(name, -1.0) - value) <= _TOLERANCE
        for name, value in unbroken.metrics.items()
    )
    if not went_on:
        print(screen, flush=True)
    return Chain(found, went_on)


def _tell(found: Kill) -> None:
    late = "" if found.was_in_time else " (ended before the kill)"
    print(f"{found.point.node:<16} {found.point.seconds:6.2f} s{late}", flush=True)


def _whole(root: Path) -> set[int]:
    return set(sample.versions(root)) if (root / "serving").is_dir() else set()


def _wait_for(process: "subprocess.Popen[str]", *signs: str) -> str:
    """Reads the screen to the line with one of the signs; "" where there is none."""
    assert process.stdout is not None
    lines = iter(process.stdout)
    return next((line for line in lines if any(sign in line for sign in signs)), "")


def _kill_after(process: "subprocess.Popen[str]", seconds: float, sign: str) -> None:
    """Kills so long after, at the latest when the screen shows the sign."""
    is_time = threading.Event()

    def read() -> None:
        # To the end, so that the run never waits for us.
        while _wait_for(process, sign):
            is_time.set()
        is_time.set()

    reader = threading.Thread(target=read)
    reader.start()
    is_time.wait(seconds)
    process.kill()
    process.wait()
    reader.join()


def chains(scratch: Path) -> Iterator[Chain]:
    """Kills at all points.

    Args:
        scratch: an empty folder.

    Yields:
        What became of each chain.
    """
    unbroken = first_run.run(scratch / "unbroken")
    for number, chain in enumerate(points(unbroken)):
        yield survive(chain, scratch / str(number), unbroken)


def main() -> None:
    """Kills, and prints a line each and the figure last."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory(prefix="newsdesk-kills-") as scratch:
        found = list(chains(Path(scratch)))
    done = [(one, chain.went_on) for chain in found for one in chain.kills]
    print(
        f"{sum(went_on for _, went_on in done)} of {len(done)} continued to the same "
        f"result ({sum(one.was_in_time for one, _ in done)} killed in time), "
        f"{sum(one.half_published for one, _ in done)} half-published versions, "
        f"{sum(one.lost for one, _ in done)} lost versions"
    )


if __name__ == "__main__":
    main()
