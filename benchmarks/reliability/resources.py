"""Full disks, read-only folders and no network: the model in service stays, the cause
is named, and the next run works.

`python -m benchmarks.reliability.resources` needs root, to mount and to take the
network away.
"""

import argparse
import contextlib
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.reliability.held_up import held_up
from benchmarks.reliability.small_root import Place, prepared
from newsdesk.errors import ExitCode
from tests.support import first_run, mounts, sample

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
PARTS = (".", "metadata.sqlite", "artifacts", "serving")
_WEBHOOK = 'output.notify={url="http://127.0.0.1:9/", on_success=true}'
# All that the screen may show of a run that fails, the error in one line.
_LINE = re.compile(
    r"|sample: data in .*|[✓=✗-] .*|    rows .*|  epoch .*"
    r"|(accuracy|against|error|log|report) .*"
)
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
        next_works: the next run does what this one should have done, or is past it.
    """

    name: str
    code: int
    told: str
    is_named: bool
    is_untouched: bool
    next_works: bool


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
    found = place.published()
    is_untouched = before.items() <= found.items() and len(found) == len(before) + 1
    told = screen.strip().splitlines()[-1]
    is_named = code == ExitCode.DONE and "was not posted" in told
    again, screen = sample.finish(place.root, *place.words)
    works = again == ExitCode.DONE and "nothing to do" in screen
    place.restore()
    return Outcome("no network", code, told, is_named, is_untouched, works)


def full_disks(place: Place, nodes: Sequence[str]) -> Iterator[Outcome]:
    """Lets the disk run full in nodes, with room for half of what each writes.

    Each run is the next one of the run before: it must get past the node in which that
    one failed, and the last one must push.

    Args:
        place: where; nothing is pushed to it in the end.
        nodes: in the order in which they run.

    Yields:
        What became of each.
    """
    room = {node: place.written(node) // 2 for node in nodes}
    before: tuple[str, Outcome] | None = None
    for node in nodes:
        with contextlib.ExitStack() as full:
            with held_up(node, sample.words(place.root, *place.words)) as process:
                full.enter_context(mounts.filled(place.mount, room[node]))
            screen, _ = process.communicate()
        if before:
            yield replace(before[1], next_works=_got_past(before[0], screen))
        causes = ("is full", "No space left on device")
        found = _judged(
            place, f"disk full in {node}", process.returncode, screen, causes
        )
        is_there = f"✗ {node} " in screen
        before = node, replace(found, is_named=found.is_named and is_there)
    place.save()
    if before:
        yield replace(before[1], next_works=place.pushes())


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
        found = _judged(place, f"read-only {part}", code, screen, causes)
        yield replace(found, next_works=place.pushes())


def _judged(
    place: Place, name: str, code: int, screen: str, causes: Sequence[str]
) -> Outcome:
    """Looks at what a failed run has told, and at what is in service."""
    error = _ERROR.search(screen)
    told = error[1] if error else screen[-2000:]
    is_named = (
        code not in (ExitCode.DONE, ExitCode.NOT_GOOD_ENOUGH)
        and error is not None
        and any(cause in told for cause in causes)
        and "Errno" not in told
        and all(_LINE.fullmatch(line) for line in screen.splitlines())
    )
    is_untouched = place.published() == sample.versions(place.saved)
    return Outcome(name, code, told, is_named, is_untouched, next_works=False)


def _got_past(node: str, screen: str) -> bool:
    return any(f"{mark} {node} " in screen for mark in "✓=")


def main() -> None:
    """Does it all, and prints a line each and the figure last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", nargs="+", choices=NODES, default=NODES)
    asked = parser.parse_args()
    if reason := mounts.reason_against():
        parser.error(reason)
    found = []
    with (
        tempfile.TemporaryDirectory(prefix="newsdesk-resources-") as scratch,
        prepared(first_run.run(Path(scratch, "root"))) as place,
    ):
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
