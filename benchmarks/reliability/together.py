"""Commands at once on one root: one works, the others say who does and since when.

`python -m benchmarks.reliability.together` starts two, four and eight runs of the
sample at once, a run during `newsdesk gc`, `gc` during a run, and a run after one that
was killed.
"""

import argparse
import re
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.reliability.held_up import GC, held_up
from newsdesk.errors import ExitCode
from tests.support import sample

_REFUSED = re.compile(
    r"error .*: (?P<what>a run|garbage collection) \(process (?P<pid>\d+) on \S+\) has "
    r"been at work here since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
)
# Whether a candidate is good enough is another matter than whether it comes to be one.
_PUSHED = ("--set", "evaluation.max_drop=1", "--set", "evaluation.max_class_drop=1")


@dataclass(frozen=True)
class Outcome:
    """What became of commands at once.

    Attributes:
        name: what was tried.
        went_on: how many did their work.
        refused: how many said who works, and since when.
        others: how many ended in another way.
        is_whole: the database is.
        lost: versions that are not there any more, or not whole.
        next_works: a run afterwards does.
    """

    name: str
    went_on: int
    refused: int
    others: int
    is_whole: bool
    lost: int
    next_works: bool


def runs_at_once(root: Path, count: int) -> Outcome:
    """Starts runs that would all push another model.

    Args:
        root: where the sample was run.
        count: how many.

    Returns:
        What became of them.
    """
    before = set(sample.versions(root))
    words = _words(seed=count)
    processes = [sample.start(root, *words) for _ in range(count)]
    screens = [process.communicate()[0] for process in processes]
    ended = [
        (process.pid, process.returncode, screen)
        for process, screen in zip(processes, screens, strict=True)
    ]
    working = {pid for pid, code, _ in ended if code == ExitCode.DONE}
    refused = [
        pid
        for pid, code, screen in ended
        if len(working) == 1 and _is_refused(code, screen, "a run", *working)
    ]
    others = count - len(working) - len(refused)
    for pid, code, screen in ended:
        if pid not in working and pid not in refused:
            print(f"process {pid} ended with {code}:\n{screen}")
    name = f"{count} runs at once"
    return _judged(name, root, before, len(working), len(refused), others, words)


def run_during_gc(root: Path) -> Outcome:
    """Starts a run while old artifacts are looked for.

    Args:
        root: where the sample was run.

    Returns:
        What became of the two.
    """
    before = set(sample.versions(root))
    with held_up(GC, _gc(root)) as collecting:
        code, screen = sample.finish(root, *_words(seed=11))
        refused = _is_refused(code, screen, "garbage collection", collecting.pid)
    collecting.communicate()
    went_on = collecting.returncode == ExitCode.DONE
    name = "a run during gc"
    return _judged(name, root, before, went_on, refused, 0, _words(seed=11))


def gc_during_run(root: Path) -> Outcome:
    """Collects while a run is in its training.

    Args:
        root: where the sample was run.

    Returns:
        What became of the two.
    """
    before = set(sample.versions(root))
    words = _words(seed=12)
    with held_up("Trainer", sample.words(root, *words)) as running:
        code, screen = sample.finish_command(_gc(root))
        refused = _is_refused(code, screen, "a run", running.pid)
    running.communicate()
    went_on = running.returncode == ExitCode.DONE
    # What a collection keeps is all that the next run needs.
    code, _ = sample.finish_command(_gc(root))
    others = int(code != ExitCode.DONE)
    name = "gc during a run"
    return _judged(name, root, before, went_on, refused, others, words)


def run_after_death(root: Path) -> Outcome:
    """Kills a run in its training, and starts another at once.

    Args:
        root: where the sample was run.

    Returns:
        What became of the second.
    """
    before = set(sample.versions(root))
    words = _words(seed=13)
    with held_up("Trainer", sample.words(root, *words)) as running:
        running.kill()
        running.communicate()
    code, _ = sample.finish(root, *words)
    went_on = code == ExitCode.DONE
    name = "a run after a killed one"
    return _judged(name, root, before, went_on, 0, not went_on, words)


def _judged(
    name: str,
    root: Path,
    before: set[int],
    went_on: int,
    refused: int,
    others: int,
    words: tuple[str, ...],
) -> Outcome:
    """Looks at what is left, and runs once more."""
    with closing(sqlite3.connect(root / "metadata.sqlite")) as database:
        (told,) = database.execute("PRAGMA integrity_check").fetchone()
    broken = sample.half_published(root)
    lost = broken or len(before - set(sample.versions(root)))
    code, _ = sample.finish(root, *words)
    works = code == ExitCode.DONE
    is_whole = told == "ok"
    return Outcome(name, int(went_on), int(refused), int(others), is_whole, lost, works)


def _words(seed: int) -> tuple[str, ...]:
    return (*_PUSHED, "--set", f"train.seed={seed}")


def _gc(root: Path) -> list[str]:
    where = ["--set", f"output.root={root}"]
    return ["gc", str(sample.SAMPLE), *where, "--keep-last", "1"]


def _is_refused(code: int, screen: str, what: str, pid: int) -> bool:
    told = _REFUSED.search(screen)
    return (
        code == ExitCode.LOCKED
        and told is not None
        and (told["what"], int(told["pid"])) == (what, pid)
        and "Traceback" not in screen
    )


def tried(counts: list[int]) -> Iterator[Outcome]:
    """Tries everything on one root.

    Args:
        counts: how many runs at once.

    Yields:
        What became of each.
    """
    with tempfile.TemporaryDirectory(prefix="newsdesk-together-") as scratch:
        root = Path(scratch, "root")
        for count in counts:
            yield runs_at_once(root, count)
        yield run_during_gc(root)
        yield gc_during_run(root)
        yield run_after_death(root)


def main() -> None:
    """Tries, and prints a line each and the figure last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, nargs="+", default=[2, 4, 8])
    found = []
    for one in tried(parser.parse_args().runs):
        found.append(one)
        told = "fine" if one.next_works else "FAILED"
        print(
            f"{one.name:<25} {one.went_on} went on, {one.refused} refused by name, "
            f"{one.others} otherwise; next run {told}",
            flush=True,
        )
    print(
        f"{len(found)} times at once: {sum(one.went_on == 1 for one in found)} with "
        f"exactly one that went on, {sum(one.refused for one in found)} refused by "
        f"name and time, {sum(one.others for one in found)} otherwise, "
        f"{sum(one.is_whole for one in found)} databases whole, "
        f"{sum(one.lost for one in found)} versions lost, "
        f"{sum(one.next_works for one in found)} next runs fine"
    )


if __name__ == "__main__":
    main()
