"""A root of `steps.py`: runs, artifacts, checkpoints, gc, and what must be left."""

import copy
import datetime
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.reliability import stepped_harm, stepped_nodes
from benchmarks.reliability.stepped_nodes import Made
from benchmarks.reliability.stepped_world import Training, World, killed_in_child
from newsdesk.config.sections import Config
from pipeline.local import database, garbage, lock, ownership
from pipeline.local.history import (
    Node,
    RunFolder,
    RunState,
    Summary,
    mark_killed,
    past_runs,
)
from pipeline.local.outputs import difference
from trainer.training.checkpoints import Checkpoints

_NAME = "x"


@dataclass
class Run:
    """A run.

    Attributes:
        name: of its folder.
        worked: whether its summary, which can be read, lists nodes.
        is_gone: whether its folder was collected.
    """

    name: str
    worked: bool = False
    is_gone: bool = False


class Root:
    """A root and what must be in it.

    Args:
        world: holds the clock.
        config: names the root.
    """

    def __init__(self, world: World, config: Config) -> None:
        self.world = world
        self.config = config
        self.runs: list[Run] = []
        self.made: dict[str, list[Made]] = {}
        self.strays: list[Path] = []
        self.is_explained = True

    @property
    def path(self) -> Path:
        """The folder."""
        return self.config.root

    def begin(self) -> RunFolder:
        """Begins a run, as the command does.

        Returns:
            The folder of the run, whose summary says that it is running.
        """
        with lock.held(self.path, "a run"):
            ownership.claim(self.path, _NAME)
            mark_killed(self.path)
            folder = RunFolder.create(self.config)
            self.runs.append(Run(folder.path.name))
            self._write(folder, [])
        return folder

    def work(self, key: str, is_killed: bool) -> str:
        """Runs two nodes, of which the cache may answer for each.

        Args:
            key: decides what they make.
            is_killed: whether the run ends after its first node, without a word.

        Returns:
            What the second one has made.
        """
        folder = RunFolder(self.path / "runs" / self.runs[-1].name)
        if database.set_aside(self.path):
            assert not (self.is_explained and self.made)
            self._follow_artifacts()
            self.made.clear()
        self.is_explained = True
        made = ""
        for node in ("Gen",) if is_killed else ("Gen", "Trainer"):
            made = f"{node} {key}"
            used = stepped_nodes.execute(
                self.path, self.runs[-1].name, node, made, self.made
            )
            used.runs.add(len(self.runs) - 1)
        if not is_killed:
            self._write(folder, ["Gen", "Trainer"])
            self.runs[-1].worked = True
        return made

    def train(self, digest: str, step: int, is_signed: bool) -> None:
        """Writes a checkpoint, as a run does that is killed in its training.

        Args:
            digest: of the training.
            step: of the checkpoint.
            is_signed: whether the file that names the run is written.
        """
        folder = self.config.checkpoints / (digest * 32)
        checkpoints = Checkpoints(folder)
        training = self._training(folder)
        if is_signed:
            checkpoints.sign(str(self.path / "runs" / self.runs[-1].name))
            training.owner, training.run = self, len(self.runs) - 1
        checkpoints.save(step, {"step": np.array([step])})
        training.steps[step] = True
        for old in sorted(training.steps)[:-2]:
            del training.steps[old]

    def resume(self, digest: str) -> None:
        """Lets a training continue; it must find its newest usable checkpoint.

        Args:
            digest: of the training.
        """
        folder = self.config.checkpoints / (digest * 32)
        training = self._training(folder)
        found = Checkpoints(folder).restore(lambda values: int(values["step"][0]))
        usable = [step for step, is_usable in training.steps.items() if is_usable]
        # Not every bit of an archive means something.
        assert found in training.steps or (found is None and not usable)
        assert (found or 0) >= max(usable, default=0)
        training.steps = {one: True for one in training.steps if one <= (found or 0)}

    def spoil_checkpoint(self, digest: str, how: str, chance: int) -> None:
        """Damages the newest checkpoint of a training.

        Args:
            digest: of the training.
            how: as `stepped_harm.spoil` takes it.
            chance: decides which bit.
        """
        folder = self.config.checkpoints / (digest * 32)
        training = self._training(folder)
        newest = max(training.steps, default=None)
        if newest is None or not training.steps[newest]:
            return
        stepped_harm.spoil(folder / f"{newest}.npz", how, chance)
        training.steps[newest] = False

    def spoil_artifact(self, chance: int, how: str) -> None:
        """Damages an artifact; its digests must show that.

        Args:
            chance: decides which artifact and bit.
            how: as `stepped_harm.spoil` takes it.
        """
        whole = [one for one in self._all() if one.is_whole]
        if not whole:
            return
        chosen = whole[chance % len(whole)]
        folder = self.path / chosen.place
        stepped_harm.spoil(folder / "data", how, chance)
        chosen.is_whole = False
        assert difference(folder)

    def remove_artifact(self, chance: int) -> None:
        """Removes an artifact, as a person does.

        Args:
            chance: decides which one.
        """
        whole = [one for one in self._all() if one.is_whole]
        if whole:
            chosen = whole[chance % len(whole)]
            shutil.rmtree(self.path / chosen.place)
            chosen.is_whole = False

    def lose_database(self, how: str) -> None:
        """Loses the database.

        Args:
            how: empty, garbage, or as `stepped_harm.spoil` takes it.
        """
        file = self.path / database.DATABASE
        if not file.is_file():
            return
        if how in ("empty", "garbage"):
            file.write_bytes(b"" if how == "empty" else b"x" * 5000)
        else:
            stepped_harm.spoil(file, how, 0)
        # The last byte is not missed, and another file does no harm.
        self.is_explained = not database.fault(self.path)

    def lose_summary(self, chance: int, how: str) -> None:
        """Damages the summary of a run.

        Args:
            chance: decides which run.
            how: as `stepped_harm.spoil` takes it; a cut one is not JSON.
        """
        if not self.runs:
            return
        chosen = self.runs[chance % len(self.runs)]
        file = self.path / "runs" / chosen.name / "summary.json"
        if file.is_file() and not file.is_symlink():
            file.write_text(file.read_text()[:-2])
            if how != "cut":
                stepped_harm.spoil(file, how, chance)
            chosen.worked = False

    def add_stray(self, kind: str) -> None:
        """Puts something into the root that no run made.

        Args:
            kind: a path below the root.
        """
        path = self.path / kind
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("left by somebody")
        self.strays.append(path)

    def collect(self, keep_last: int, change: int | None) -> None:
        """Collects garbage, and checks what is left.

        Args:
            keep_last: how many runs stay.
            change: before which change it is killed; None lets it end.
        """
        with lock.held(self.path, "garbage collection"):
            found = garbage.find(self.config, keep_last)
            if change is None:
                garbage.remove(found.garbage)
                again = garbage.find(self.config, keep_last)
                assert again.garbage == []
                assert again.unexplained in (found.unexplained, [])
            else:
                killed_in_child(change, lambda: garbage.remove(found.garbage))
        self._check_collected(keep_last, is_done=change is None)

    def busy(self) -> AbstractContextManager[None]:
        """Holds the lock of the root."""
        return lock.held(self.path, "a run")

    def look_at_artifacts(self) -> None:
        """Compares all artifacts with their digests."""
        for one in self._all():
            difference(self.path / one.place)

    def check(self) -> None:
        """Compares the root with what must be in it."""
        listed = [one.run for one in past_runs(self.path)]
        names = [run.name for run in self.runs]
        assert names == sorted(names)
        assert listed == sorted(listed, reverse=True)
        assert {run.name for run in self.runs if run.worked} <= set(listed)
        assert all(os.path.lexists(stray) for stray in self.strays)

    def moved(self, config: Config, is_copied: bool) -> "Root":
        """Moves or copies the root.

        Args:
            config: names the new place.
            is_copied: whether the old one stays.

        Returns:
            The root at the new place.
        """
        other = copy.copy(self)
        if is_copied:
            subprocess.run(["cp", "-a", self.path, config.root], check=True)
        else:
            self.path.rename(config.root)
        old, other.config = self.path, config
        other.runs, other.made = copy.deepcopy((self.runs, self.made))
        other.strays = [config.root / one.relative_to(old) for one in self.strays]
        for folder, training in list(self.world.trainings.items()):
            if old in folder.parents:
                inside = config.root / folder.relative_to(old)
                moved = Training(dict(training.steps), other, training.run)
                moved.owner = other if training.owner else None
                self.world.trainings[inside] = moved
                if not is_copied:
                    del self.world.trainings[folder]
            elif training.owner is self and not is_copied:
                # It names a folder that is not there any more.
                training.owner = None
        return other

    def _follow_artifacts(self) -> None:
        """Learns the new names of what was set aside with the artifacts."""
        aside = sorted(
            self.path.glob("artifacts.unusable-*"),
            key=lambda path: int(path.name.rpartition("-")[2]),
        )
        old = self.path / database.ARTIFACTS
        self.strays = [
            aside[-1] / stray.relative_to(old) if old in stray.parents else stray
            for stray in self.strays
        ] + aside

    def _check_collected(self, keep_last: int, is_done: bool) -> None:
        worked = [index for index, run in enumerate(self.runs) if run.worked]
        oldest = worked[-keep_last] if len(worked) > keep_last else 0
        for one in self._all():
            folder = self.path / one.place
            # Also what a run needs whose summary is lost.
            if not self.is_explained or max(one.runs) >= oldest:
                assert not one.is_whole or (folder / "data").exists()
                assert not one.is_whole or difference(folder) == ""
            elif is_done:
                assert not folder.exists()
            one.is_whole &= folder.exists() and not difference(folder)
        for folder, training in list(self.world.trainings.items()):
            is_old = training.owner is self and training.run < oldest
            assert folder.is_dir() or is_old or not training.steps, folder
            if not folder.is_dir():
                del self.world.trainings[folder]
            elif is_old:
                # Killed half-way.
                files = {int(file.stem) for file in folder.glob("*.npz")}
                training.steps = {
                    step: is_usable
                    for step, is_usable in training.steps.items()
                    if step in files
                }
        for index, run in enumerate(self.runs):
            is_there = (self.path / "runs" / run.name).is_dir()
            assert is_there or run.is_gone or index < oldest
            run.is_gone = not is_there
            run.worked &= (self.path / "runs" / run.name / "summary.json").is_file()

    def _all(self) -> Iterator[Made]:
        for several in self.made.values():
            yield from several

    def _training(self, folder: Path) -> Training:
        return self.world.trainings.setdefault(folder, Training({}))

    def _write(self, folder: RunFolder, nodes: list[str]) -> None:
        folder.write(
            Summary(
                run=folder.path.name,
                pipeline=_NAME,
                started=datetime.datetime.fromtimestamp(self.world.now).astimezone(),
                data="/rows.csv",
                nodes=[Node(name=node, state="done", seconds=1.0) for node in nodes],
                state=RunState.PUSHED if nodes else RunState.RUNNING,
            )
        )
