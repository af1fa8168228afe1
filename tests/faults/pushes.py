"""Pushes, some of them killed, under a reader that loads whatever appears.

`python -m tests.faults.pushes` publishes 200 times, four processes at a time, and kills
20 of them at random moments, while a reader lists the destination 50 times a second and
loads each folder named by an integer as it appears.
"""

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from pipeline.published import manifest
from pipeline.published.local_store import LocalStore
from tests.faults import model

_LISTINGS_A_SECOND = 50
_PUSH = "push"


@dataclass
class Counts:
    """What was seen.

    Attributes:
        pushes: begun.
        killed: before they ended.
        published: versions there at the end.
        loaded: folders that the reader loaded.
        failed: folders that it could not load.
        collisions: versions that two publishers were told to have made.
    """

    pushes: int
    killed: int
    published: int
    loaded: int
    failed: int
    collisions: int


def push(exported: Path, destination: Path) -> int:
    """Publishes a copy, as the Pusher does.

    Args:
        exported: the model.
        destination: above the versions.

    Returns:
        The version.
    """
    place = LocalStore(destination)
    folder = place.stage()
    shutil.copytree(exported, folder, dirs_exist_ok=True)
    described = manifest.describe(folder, model.origin())
    manifest.write(described, folder)
    return place.publish(folder, described)


def read(destination: Path, stop: Path) -> None:
    """Lists and loads until it is told to stop; prints a line for each folder.

    Args:
        destination: above the versions.
        stop: the file whose appearance ends it.
    """
    import tensorflow as tf

    seen: set[str] = set()
    print("ready", flush=True)
    stopping = False
    while not stopping:
        began = time.monotonic()
        # One more listing after the last push.
        stopping = stop.exists()
        names = {path.name for path in destination.glob("*") if path.name.isdigit()}
        for name in sorted(names - seen):
            try:
                manifest.verify(destination / name)
                loaded = tf.saved_model.load(str(destination / name))
                answered = loaded.signatures["serving_default"](tf.constant(["text"]))
                assert answered["probabilities"].shape == (1, 2)
                print("loaded", name, flush=True)
            except Exception as error:
                print("failed", name, str(error).partition("\n")[0], flush=True)
        seen |= names
        time.sleep(max(0.0, 1 / _LISTINGS_A_SECOND - (time.monotonic() - began)))


def run(pushes: int, kills: int, at_once: int = 4) -> Counts:
    """Publishes, kills and reads.

    Args:
        pushes: how many.
        kills: how many of them are killed.
        at_once: publishers at a time.

    Returns:
        What was seen.
    """
    chance = random.Random(11)
    with tempfile.TemporaryDirectory(prefix="newsdesk-pushes-") as scratch:
        exported, serving = Path(scratch, "exported"), Path(scratch, "serving")
        stop = Path(scratch, "stop")
        model.export(exported)
        began = time.monotonic()
        told = [str(push(exported, serving))]
        lasts = time.monotonic() - began
        reader = _start("read", serving, stop)
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
        killed = 0
        for first in range(1, pushes, at_once):
            several = [
                _start(_PUSH, exported, serving)
                for _ in range(first, min(pushes, first + at_once))
            ]
            if killed < kills:
                killed += _killed(several[0], chance.uniform(0.0, lasts))
            for one in several:
                said, _ = one.communicate()
                told += [word for word in said.split() if word.isdigit()]
        stop.touch()
        lines = reader.communicate()[0].splitlines()
        for line in lines:
            if line.startswith("failed"):
                print(line)
        return Counts(
            pushes,
            killed,
            len(LocalStore(serving).versions()),
            sum(line.startswith("loaded") for line in lines),
            sum(line.startswith("failed") for line in lines),
            len(told) - len(set(told)),
        )


def _killed(publisher: "subprocess.Popen[str]", seconds: float) -> bool:
    """Kills a publisher so long after it began its work, unless it was quicker."""
    assert publisher.stdout is not None
    assert publisher.stdout.readline() == "begun\n"
    time.sleep(seconds)
    publisher.send_signal(signal.SIGKILL)
    return publisher.wait() == -signal.SIGKILL


def _start(*words: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.pushes", *map(str, words)],
        stdout=subprocess.PIPE,
        text=True,
    )


def main() -> None:
    """Runs the whole, or one of its processes."""
    if len(sys.argv) == 4 and sys.argv[1] == _PUSH:
        print("begun", flush=True)
        print(push(Path(sys.argv[2]), Path(sys.argv[3])), flush=True)
        return
    if len(sys.argv) == 4 and sys.argv[1] == "read":
        read(Path(sys.argv[2]), Path(sys.argv[3]))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pushes", type=int, default=200)
    parser.add_argument("--kills", type=int, default=20)
    asked = parser.parse_args()
    found = run(asked.pushes, asked.kills)
    print(
        f"{found.pushes} pushes, {found.killed} killed, {found.published} versions, "
        f"{found.loaded} loaded: {found.failed} failed loads, {found.collisions} "
        "collisions"
    )


if __name__ == "__main__":
    main()
