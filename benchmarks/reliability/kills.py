"""Runs killed anywhere continue to the same model.

`python -m benchmarks.reliability.kills` kills runs of the sample at the start, in the
middle and at the end of every node, and more often in the training and in the push.
Each kill is done to a root of its own, in which the cache answers for the nodes before,
and each is judged by its own next run, which must publish the weights and metrics of an
unbroken run, bit by bit. A kill that came after the end of its node is made again,
earlier.
"""

import argparse
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.reliability import unbroken
from benchmarks.reliability.kill_points import Point, points
from benchmarks.reliability.unbroken import Unbroken
from newsdesk.errors import ExitCode
from tests.support import sample

# Before a node that is done, and one that the cache has answered for.
_ENDED = ("✓ ", "= ")
_ATTEMPTS = 8
_EARLIER = 0.8


@dataclass(frozen=True)
class Kill:
    """What became of one kill.

    Attributes:
        point: when it came.
        is_in_time: before the end of the node.
        late: how often it had come too late before.
        half: version folders that did not verify after the kill.
        lost: versions of before that were missing after the kill.
        continued: the next run ended well.
        is_equal: its version has the weights and metrics of the unbroken run.
    """

    point: Point
    is_in_time: bool
    late: int
    half: int = 0
    lost: int = 0
    continued: bool = False
    is_equal: bool = False

    @property
    def is_fine(self) -> bool:
        """Whether nothing is wrong with what came of it."""
        return self.continued and self.is_equal and not self.half and not self.lost


def kill(point: Point, whole: Unbroken) -> Kill:
    """Runs, kills in time, and runs again.

    Args:
        point: when.
        whole: the unbroken run.

    Returns:
        What became of it.
    """
    for late in range(_ATTEMPTS):
        with whole.root_before(point.node) as root:
            if _is_struck(point, root, whole.first.startup):
                return _judged(point, late, whole, root)
        point = replace(point, seconds=point.seconds * _EARLIER)
    return Kill(point, False, _ATTEMPTS)


def _judged(point: Point, late: int, whole: Unbroken, root: Path) -> Kill:
    """Looks at what is left, and runs again."""
    before = _versions(whole.first.kept)
    half = sample.half_published(root)
    after_kill = _versions(root)
    code, screen = sample.finish(root, *unbroken.WORDS)
    continued = code == ExitCode.DONE
    if not continued:
        print(screen, flush=True)
    lost = len(before - after_kill) + len((before | after_kill) - _versions(root))
    is_equal = continued and whole.is_equalled(root)
    return Kill(point, True, late, half, lost, continued, is_equal)


def _versions(root: Path) -> set[int]:
    return {int(folder.name) for folder in (root / "serving").glob("[0-9]*")}


def _is_struck(point: Point, root: Path, startup: float) -> bool:
    """Kills a run; whether that was before the end of the node.

    The point comes as much sooner or later as the machine is faster or slower now than
    it was in the unbroken run.
    """
    seconds = point.seconds
    began = time.monotonic()
    process = sample.start(root, *unbroken.WORDS)
    if point.before is not None:
        # The line of the node before is the first sign of this one.
        first = _wait_for(process, *_ENDED)
        seconds *= (time.monotonic() - began) / startup
        if f" {point.before} " not in first:
            _wait_for(process, f" {point.before} ")
    return _kill_after(process, seconds, f" {point.node} ")


def _wait_for(process: "subprocess.Popen[str]", *signs: str) -> str:
    """Reads the screen to the line with one of the signs; "" if there is none."""
    assert process.stdout is not None
    lines = iter(process.stdout)
    return next((line for line in lines if any(sign in line for sign in signs)), "")


def _kill_after(process: "subprocess.Popen[str]", seconds: float, sign: str) -> bool:
    """Kills so long after; whether the screen had not shown the sign by then."""
    is_time, is_late = threading.Event(), threading.Event()

    def read() -> None:
        # To the end, so that the run never waits for us.
        while _wait_for(process, sign):
            is_late.set()
            is_time.set()
        is_time.set()

    reader = threading.Thread(target=read)
    reader.start()
    is_time.wait(seconds)
    process.kill()
    process.wait()
    reader.join()
    return process.returncode == -signal.SIGKILL and not is_late.is_set()


def _told(one: Kill) -> str:
    when = f"{one.point.node:<16} {one.point.seconds:6.2f} s"
    if not one.is_in_time:
        return f"{when}  NOT KILLED: {one.late} kills came too late"
    again = f" (too late {one.late} times before)" if one.late else ""
    return f"{when}  {'the same model' if one.is_fine else f'FAILED: {one}'}{again}"


def main() -> None:
    """Kills, and prints a line for each and the figure last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", nargs="+", help="kill in these alone")
    parser.add_argument("--most", type=int, help="points, chosen at random")
    asked = parser.parse_args()
    found: list[Kill] = []
    with unbroken.prepared("kills") as (whole, _):
        chosen = [
            point
            for point in points(whole)
            if not asked.nodes or point.node in asked.nodes
        ]
        if asked.most:
            chosen = random.Random(5).sample(chosen, asked.most)
        for point in chosen:
            found.append(kill(point, whole))
            print(_told(found[-1]), flush=True)
    print(
        f"{sum(one.is_in_time for one in found)} of {len(found)} killed in time "
        f"({sum(one.late for one in found)} kills came too late and were not counted); "
        f"{sum(one.is_fine for one in found)} of {len(found)} fine by their own next "
        f"run, {sum(one.is_equal for one in found)} with equal weights and metrics, "
        f"{sum(one.half for one in found)} half versions, "
        f"{sum(one.lost for one in found)} lost versions"
    )
    sys.exit(not all(one.is_fine for one in found))


if __name__ == "__main__":
    main()
