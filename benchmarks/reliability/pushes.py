"""Pushes from two hosts, some of them killed, under a reader that loads what appears.

`python -m benchmarks.reliability.pushes` publishes 200 times, four processes at a time
on two mounts of one folder that share no locks, and kills 20 of them at random moments.
Each notes which version it was compared with. A reader lists the destination 50 times a
second and loads each folder named by an integer as it appears.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from newsdesk.errors import ModelError
from newsdesk.published import manifest
from newsdesk.published.local_store import LocalStore
from tests.support import model, mounts
from tests.support.destination import names

_LISTINGS_A_SECOND = 50
_PUSH = "push"
_REFUSED = "came into service during this run"


@dataclass
class Counts:
    """What was seen.

    Attributes:
        mounts: of the destination.
        pushes: begun.
        killed: before they ended.
        refused: because another version had come meanwhile.
        published: versions that are there at the end.
        loaded: folders that the reader loaded.
        half: folders that could not be loaded, or differ from their manifest.
        uncompared: versions that replaced another one than they were compared with.
        left: models of killed publishers that the last one did not remove.
    """

    mounts: int
    pushes: int
    killed: int
    refused: int
    published: int
    loaded: int
    half: int
    uncompared: int
    left: int


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
    with tempfile.TemporaryDirectory(prefix="newsdesk-pushes-") as scratch:
        folder = Path(scratch, "folder")
        folder.mkdir()
        model.export(Path(scratch, "exported"))
        with _mounts(folder, Path(scratch)) as mounted:
            return _run(Path(scratch), folder, mounted, pushes, kills, at_once)


@contextmanager
def _mounts(folder: Path, scratch: Path) -> Iterator[list[Path]]:
    """Two mounts of a folder, or the folder itself where nothing can be mounted."""
    if mounts.reason_against_mirrors():
        yield [folder]
        return
    first, second = scratch / "first", scratch / "second"
    first.mkdir()
    second.mkdir()
    with mounts.mirrored(folder, first), mounts.mirrored(folder, second):
        yield [first, second]


def _run(
    scratch: Path,
    folder: Path,
    mounted: list[Path],
    pushes: int,
    kills: int,
    at_once: int,
) -> Counts:
    chance = random.Random(11)
    exported, stop = scratch / "exported", scratch / "stop"
    serving = folder / "serving"
    began = time.monotonic()
    model.push(exported, serving)
    lasts = time.monotonic() - began
    reader = _start("read", serving, stop)
    assert reader.stdout is not None
    assert reader.stdout.readline() == "ready\n"
    killed = refused = 0
    for first in range(1, pushes - 1, at_once):
        several = [
            _start(_PUSH, exported, mounted[number % len(mounted)] / "serving")
            for number in range(first, min(pushes - 1, first + at_once))
        ]
        if killed < kills:
            killed += _killed(several[0], chance.uniform(0.0, lasts))
        for one in several:
            refused += _REFUSED in one.communicate()[0]
    # The last one finds the destination in order, and removes what is left.
    model.push(exported, serving)
    stop.touch()
    lines = reader.communicate()[0].splitlines()
    for line in lines:
        if line.startswith("failed"):
            print(line)
    versions = LocalStore(serving).versions()
    # Without a model, a folder may be of a publisher that is about to begin.
    left = [
        name
        for name in names(serving)
        if "model-" in name and os.listdir(serving / name)
    ]
    return Counts(
        len(mounted),
        pushes,
        killed,
        refused,
        len(versions),
        sum(line.startswith("loaded") for line in lines),
        sum(line.startswith("failed") for line in lines) + _half(serving),
        _uncompared(serving),
        len(left),
    )


def _half(serving: Path) -> int:
    """Counts the versions that differ from their manifest."""
    place = LocalStore(serving)
    half = 0
    for version in place.versions():
        try:
            place.verify(version)
        except ModelError as error:
            print(error)
            half += 1
    return half


def _uncompared(serving: Path) -> int:
    """Counts the versions that followed another one than they note."""
    place = LocalStore(serving)
    versions = place.versions()
    return sum(
        place.manifest(version).origin.data_digest != str(before)
        for before, version in zip([None, *versions], versions, strict=False)
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
        [sys.executable, "-m", "benchmarks.reliability.pushes", *map(str, words)],
        stdout=subprocess.PIPE,
        text=True,
    )


def main() -> None:
    """Runs the whole, or one of its processes."""
    if len(sys.argv) == 4 and sys.argv[1] == _PUSH:
        print("begun", flush=True)
        try:
            print(model.push(Path(sys.argv[2]), Path(sys.argv[3])), flush=True)
        except ModelError as error:
            print(error)
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
        f"{found.pushes} pushes on {found.mounts} mounts, {found.killed} killed, "
        f"{found.refused} refused, {found.published} versions, {found.loaded} loaded: "
        f"{found.half} half versions, {found.uncompared} replacements of a model that "
        f"was not compared with, {found.left} prepared models left"
    )


if __name__ == "__main__":
    main()
