"""Full disks, read-only folders and no network: the model in service stays, the cause
is named, and the next run works.

`python -m tests.faults.resources` needs root, to mount and to take the network away.
"""

import argparse
import contextlib
import csv
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import ExitCode, ModelError
from tests.faults import mounts, sample
from tests.faults.held_up import held_up

NODES = (
    "BaselineModel",
    "ImportSchemaGen",
    "TextExampleGen",
    "StatisticsGen",
    "TextStatistics",
    "ExampleValidator",
    "DataGate",
    "Transform",
    "Trainer",
    "Evaluator",
    "Predictions",
    "Pusher",
)
# What of a root a fault makes read-only; "." is all of it.
PARTS = (".", "runs", "metadata.sqlite", "artifacts", "serving")
_MEBIBYTES = 64
# Whether a candidate is good enough is another matter than whether it comes to be one.
_WORDS = ("--set", "evaluation.max_drop=1", "--set", "evaluation.max_class_drop=1")
_WEBHOOK = 'output.notify={url="http://127.0.0.1:9/", on_success=true}'
# All that the screen may show of a run that fails, the last error in one line.
_LINE = re.compile(r"|[✓=✗] .*|  epoch .*|log .*|error .*")
_ERROR = re.compile(r"^error +(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    """What became of one fault.

    Attributes:
        name: of the fault.
        code: that the run ended with.
        told: the error, in one line.
        is_named: the run did not get over the fault, and told its cause.
        is_untouched: the model that was in service is, and is whole.
        next_works: the next run does what this one should have done.
    """

    name: str
    code: int
    told: str
    is_named: bool
    is_untouched: bool
    next_works: bool


class Place(NamedTuple):
    """A root on a small file system, with one version in service.

    Attributes:
        mount: where the file system lies.
        root: on it.
        saved: a copy of the root, from which it is put back.
        words: of a run that has other data than the one before.
    """

    mount: Path
    root: Path
    saved: Path
    words: tuple[str, ...]

    def save(self) -> None:
        """Keeps the root as it is."""
        shutil.rmtree(self.saved, ignore_errors=True)
        shutil.copytree(self.root, self.saved, symlinks=True)

    def restore(self) -> None:
        """Puts the root back to what was kept."""
        shutil.rmtree(self.root)
        shutil.copytree(self.saved, self.root, symlinks=True)


@contextlib.contextmanager
def prepared() -> Iterator[Place]:
    """Mounts a small file system, and runs the sample on it.

    Yields:
        The place.
    """
    with tempfile.TemporaryDirectory(prefix="newsdesk-resources-") as scratch:
        mount, rows = Path(scratch, "small"), Path(scratch, "rows.csv")
        mount.mkdir()
        with open(
            sample.SAMPLE.parents[1] / "sample" / "sample.csv", newline=""
        ) as all:
            kept = list(csv.reader(all))[:-20]
        with open(rows, "w", newline="") as stream:
            csv.writer(stream).writerows(kept)
        words = (*_WORDS, "--set", f"data.path={rows}")
        with mounts.tmpfs(mount, _MEBIBYTES):
            place = Place(mount, mount / "root", Path(scratch, "saved"), words)
            code, screen = sample.finish(place.root, *_WORDS)
            assert code == ExitCode.DONE, screen
            place.save()
            yield place


def no_network(place: Place) -> Outcome:
    """Runs without any network, loopback included; the webhook stays untold.

    Args:
        place: where.

    Returns:
        What became of it; this run itself must push.
    """
    before = sample.versions(place.saved)
    words = sample.words(place.root, *place.words, "--set", _WEBHOOK)
    code, screen = sample.finish_command(words, ("unshare", "--net"))
    found = _published(place.root)
    is_untouched = before.items() <= found.items() and len(found) == len(before) + 1
    told = screen.strip().splitlines()[-1]
    is_named = code == ExitCode.DONE and "was not told" in told
    again, screen = sample.finish(place.root, *place.words)
    works = again == ExitCode.DONE and "nothing to do" in screen
    place.restore()
    return Outcome("no network", code, told, is_named, is_untouched, works)


def full_disks(place: Place, nodes: Sequence[str]) -> Iterator[Outcome]:
    """Lets the disk run full in nodes, with room for half of what each writes.

    Args:
        place: where.
        nodes: in the order in which they run.

    Yields:
        What became of each.
    """
    room = {node: _written(place.saved, node) // 2 for node in nodes}
    for node in nodes:
        with contextlib.ExitStack() as full:
            with held_up(node, sample.words(place.root, *place.words)) as process:
                full.enter_context(mounts.filled(place.mount, room[node]))
            screen, _ = process.communicate()
        causes = ("is full", "No space left on device")
        name = f"disk full in {node}"
        yield _judged(place, name, process.returncode, screen, causes, node)


def read_only(place: Place, parts: Sequence[str]) -> Iterator[Outcome]:
    """Makes a part of the root read-only for a run.

    Args:
        place: where.
        parts: of the root.

    Yields:
        What became of each.
    """
    for part in parts:
        with mounts.read_only(place.root / part):
            code, screen = sample.finish(place.root, *place.words)
        causes = ("Read-only file system", "readonly database")
        yield _judged(place, f"read-only {part}", code, screen, causes)


def _judged(
    place: Place,
    name: str,
    code: int,
    screen: str,
    causes: Sequence[str],
    node: str | None = None,
) -> Outcome:
    """Looks at what is in service after a failed run, and runs once more.

    The next fault begins where this one has left the root.
    """
    error = _ERROR.search(screen)
    told = error[1] if error else screen[-2000:]
    is_named = (
        code not in (ExitCode.DONE, ExitCode.NOT_GOOD_ENOUGH)
        and error is not None
        and any(cause in told for cause in causes)
        and all(_LINE.fullmatch(line) for line in screen.splitlines())
        and (node is None or f"✗ {node} " in screen)
    )
    before = sample.versions(place.saved)
    is_untouched = _published(place.root) == before
    place.save()
    again, screen = sample.finish(place.root, *place.words)
    works = again == ExitCode.DONE and len(_published(place.root)) == len(before) + 1
    place.restore()
    return Outcome(name, code, told, is_named, is_untouched, works)


def _published(root: Path) -> dict[int, dict[str, float]]:
    """The versions; none where one is broken."""
    try:
        return sample.versions(root)
    except ModelError:
        return {}


def _written(root: Path, node: str) -> int:
    """Bytes that a node has written in a run."""
    folder = root / ("serving" if node == "Pusher" else f"artifacts/{node}")
    if node == "BaselineModel":
        # Had nothing to copy in a first run.
        folder = root / "serving"
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def main() -> None:
    """Does it all, and prints a line each and the figure last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", nargs="+", choices=NODES, default=NODES)
    asked = parser.parse_args()
    if reason := mounts.reason_against():
        parser.error(reason)
    found = []
    with prepared() as place:
        faults = (
            iter([no_network(place)]),
            full_disks(place, asked.nodes),
            read_only(place, PARTS),
        )
        for outcome in (one for kind in faults for one in kind):
            found.append(outcome)
            marks = (outcome.is_named, outcome.is_untouched, outcome.next_works)
            passed = "fine" if all(marks) else f"FAILED {marks}"
            print(
                f"{outcome.name:<27} {passed}, exit code {outcome.code}: "
                f"{outcome.told}",
                flush=True,
            )
    print(
        f"{len(found)} faults: {sum(one.is_named for one in found)} ended as is right, "
        f"{sum(one.is_untouched for one in found)} times the model in service before "
        f"untouched, {sum(one.next_works for one in found)} next runs fine"
    )


if __name__ == "__main__":
    main()
