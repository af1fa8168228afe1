"""`gc`, `rollback` and `init` killed between two changes to files, and run again."""

import contextlib
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from benchmarks.reliability.killed_at import changes, killed_at
from benchmarks.reliability.outcome import Outcome
from benchmarks.reliability.unbroken import Unbroken
from newsdesk.errors import ExitCode
from newsdesk.published import manifest
from tests.support import model, sample

_DATA = sample.SAMPLE.parents[1] / "sample" / "sample.csv"


class Command(NamedTuple):
    """A command, and how to tell that it did its work.

    Attributes:
        name: of the command.
        prepared: makes the folder that it changes.
        words: of the command, given that folder.
        again: of the command after a kill; none if the work is done by then.
        state: of the folder; after a kill and one more command it must be as without
            the kill. None as long as something is half done that must not be.
    """

    name: str
    prepared: Callable[[], AbstractContextManager[Path]]
    words: Callable[[Path], list[str]]
    again: Callable[[Path], list[str]]
    state: Callable[[Path], object]


def killed(command: Command, most: int, seed: int = 17) -> Iterator[Outcome]:
    """Kills a command at its changes.

    Args:
        command: which.
        most: how many changes to choose, if it makes more.
        seed: of the choice.

    Yields:
        What became of each kill.
    """
    with command.prepared() as folder:
        count = changes(folder, command.words(folder))
        expected = command.state(folder)
    numbers = range(1, count + 1)
    for number in sorted(random.Random(seed).sample(numbers, min(most, count))):
        with command.prepared() as folder:
            is_killed = killed_at(folder, number, command.words(folder))
            is_whole = command.state(folder) is not None
            words = command.again(folder)
            code, screen = sample.finish_command(words) if words else (0, "")
            is_same = code == ExitCode.DONE and command.state(folder) == expected
        told = "the same as without the kill" if is_same else screen
        yield Outcome(
            f"{command.name} killed before change {number} of {count}",
            is_killed and is_whole and is_same,
            told,
        )


def gc(whole: Unbroken) -> Command:
    """Describes `gc` of a root in which two trainings ended.

    Args:
        whole: a run in that root.
    """

    def words(root: Path) -> list[str]:
        where = ["--set", f"output.root={root}"]
        return ["gc", str(sample.SAMPLE), *where, "--keep-last", "1"]

    def state(root: Path) -> list[str]:
        files = [file for file in root.rglob("*") if file.name != ".lock"]
        return sorted(str(file.relative_to(root)) for file in files)

    return Command("gc", lambda: whole.root_before(None), words, words, state)


def rollback(scratch: Path) -> Command:
    """Describes `rollback` from the second of two small versions.

    Args:
        scratch: an existing folder.
    """
    versions = scratch / "versions"
    for number in (1, 2):
        model.export(scratch / f"model-{number}", scale=number / 10)
        model.push(scratch / f"model-{number}", versions / "serving")

    @contextlib.contextmanager
    def prepared() -> Iterator[Path]:
        root = scratch / "root"
        shutil.copytree(versions, root)
        yield root
        shutil.rmtree(root)

    def words(root: Path) -> list[str]:
        return ["rollback", str(sample.SAMPLE), "--set", f"output.root={root}"]

    def newest(root: Path) -> manifest.Manifest:
        folders = (root / "serving").glob("[0-9]*")
        return manifest.read(max(folders, key=lambda path: int(path.name)))

    def again(root: Path) -> list[str]:
        return [] if newest(root).origin.restored else words(root)

    def state(root: Path) -> str | None:
        return None if sample.half_published(root) else newest(root).model_digest

    return Command("rollback", prepared, words, again, state)


def init(scratch: Path) -> Command:
    """Describes `init` of the sample's rows.

    Args:
        scratch: an existing folder.
    """

    @contextlib.contextmanager
    def prepared() -> Iterator[Path]:
        folder = scratch / "init"
        folder.mkdir()
        yield folder
        shutil.rmtree(folder)

    def words(folder: Path) -> list[str]:
        return ["init", str(_DATA), "--to", str(folder)]

    def again(folder: Path) -> list[str]:
        return [*words(folder), "--force"]

    def state(folder: Path) -> dict[str, str]:
        return {file.name: file.read_text() for file in folder.iterdir()}

    return Command("init", prepared, words, again, state)
