"""The rules of `steps.py`: what may happen to a destination and to roots."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from benchmarks.reliability import stepped_disguise, stepped_harm
from benchmarks.reliability.stepped_candidates import Candidate, drop, make_model
from benchmarks.reliability.stepped_root import Root
from benchmarks.reliability.stepped_versions import Versions
from benchmarks.reliability.stepped_world import HOUR, World, fresh_name
from newsdesk.config.sections import Config
from newsdesk.errors import Locked, ModelError

_MOST_ROOTS = 4
_WHICH = st.integers(0, _MOST_ROOTS - 1)
_CHANCE = st.integers(0, 9999)
_CHANGE = st.integers(1, 40)
_SOMETIMES = st.none() | _CHANGE
_KEY = st.integers(0, 4)
_KEEP = st.none() | st.integers(2, 4)
_DIGEST = st.sampled_from("ab")
_HOW = st.sampled_from([None, "flip", "cut", "remove", "add", "pipe", "link", "folder"])
_STRAYS = ("notes.txt", "artifacts/Gen/notes.txt", "artifacts/Gen/output/notes.txt")
_STRAYS += ("artifacts/Gen/output/7777", "runs/notes", "checkpoints/mine/1.npz")


class Steps(RuleBasedStateMachine):
    """Two publishers or more, whose roots share a destination.

    Attributes:
        counts: of what was done, over all machines.
    """

    counts: dict[str, int] = {}
    candidates = Bundle("candidates")

    @initialize(
        place=st.sampled_from(["outside", "inside", "objects"]),
        is_shared=st.booleans(),
    )
    def begin(self, place: str, is_shared: bool) -> None:
        self.scratch = Path(tempfile.mkdtemp(prefix="newsdesk-steps-"))
        self.world = World()
        self.checkpoints = str(self.scratch / "checkpoints") if is_shared else None
        self.inside = place == "inside"
        address = {
            "outside": str(self.scratch / "serving"),
            "inside": str(self.scratch / "root-0" / "serving"),
            "objects": "s3://bucket/place",
        }[place]
        self.versions = Versions(self.world, address, self.counts)
        self.roots = [self._new(self.scratch / f"root-{one}") for one in range(2)]
        self._count("machines")

    @rule(
        target=candidates,
        which=_WHICH,
        key=_KEY,
        is_killed=st.integers(0, 5).map(lambda one: one == 0),
    )
    def run(self, which: int, key: int, is_killed: bool) -> Any:
        return self._made(which, key, is_killed) or multiple()

    @rule(which=_WHICH, key=_KEY, keep=_KEEP, change=_SOMETIMES)
    def publish(
        self, which: int, key: int, keep: int | None, change: int | None
    ) -> None:
        candidate = self._made(which, key)
        if candidate and change:
            self.push_killed(candidate, change)
        elif candidate:
            self.push(candidate, keep)

    # The choice between rules is even, and most steps should be about models.
    publish_again = publish_once_more = publish

    @rule(first=_KEY, second=_KEY, change=st.integers(1, 12))
    def publish_together(self, first: int, second: int, change: int) -> None:
        one, other = self._made(0, first), self._made(1, second)
        if one and other:
            self.push_together(one, other, change)

    @rule(candidate=consumes(candidates), keep=_KEEP)
    def push(self, candidate: Candidate, keep: int | None) -> None:
        self.versions.push(candidate, keep)
        drop(candidate)

    @rule(candidate=consumes(candidates), change=_CHANGE)
    def push_killed(self, candidate: Candidate, change: int) -> None:
        self.versions.push_killed(candidate, change)
        drop(candidate)

    @rule(
        first=consumes(candidates),
        second=consumes(candidates),
        change=st.integers(1, 12),
    )
    def push_together(self, first: Candidate, second: Candidate, change: int) -> None:
        self.versions.push_together(first, second, change)
        drop(first)
        drop(second)

    @rule(to=st.none() | _CHANCE, change=_SOMETIMES)
    def roll_back(self, to: int | None, change: int | None) -> None:
        self.versions.roll_back(self._version(to), change)

    @rule(keep=st.integers(1, 4), hours=st.integers(0, 48), change=_SOMETIMES)
    def retire(self, keep: int, hours: int, change: int | None) -> None:
        self.versions.retire(keep, hours, change)

    @precondition(lambda self: self.versions.there)
    @rule(chance=_CHANCE, kind=st.sampled_from(sorted(stepped_harm.VERSIONS)))
    def harm_version(self, chance: int, kind: str) -> None:
        version = self._version(chance)
        assert version is not None
        self.versions.harm(version, kind, chance)

    @rule(kind=st.sampled_from(stepped_harm.STRAYS))
    def leave_in_destination(self, kind: str) -> None:
        self.versions.add_stray(kind)

    @rule(hours=st.none() | st.integers(-2000, 2000))
    def set_clock(self, hours: int | None) -> None:
        if hours is None:
            self.versions.let_a_day_pass()
        else:
            self.world.now += hours * HOUR

    @rule(which=_WHICH, keep_last=st.integers(1, 3), change=_SOMETIMES)
    def collect(self, which: int, keep_last: int, change: int | None) -> None:
        self._root(which).collect(keep_last, change)
        self._count("collections")

    @rule(which=_WHICH, digest=_DIGEST, step=st.integers(1, 9), signs=st.booleans())
    def train(self, which: int, digest: str, step: int, signs: bool) -> None:
        if self._root(which).runs:
            self._root(which).train(digest, step, signs)

    @rule(which=_WHICH, digest=_DIGEST, how=_HOW, chance=_CHANCE)
    def resume(self, which: int, digest: str, how: str | None, chance: int) -> None:
        root = self._root(which)
        if how in ("flip", "cut", "pipe", "link"):
            root.spoil_checkpoint(digest, how, chance)
        root.resume(digest)

    @rule(which=_WHICH, chance=_CHANCE, how=_HOW)
    def harm_artifact(self, which: int, chance: int, how: str | None) -> None:
        if how:
            self._root(which).spoil_artifact(chance, how)
        else:
            self._root(which).remove_artifact(chance)
        self._count("damaged artifacts")

    @rule(which=_WHICH, chance=_CHANCE, how=_HOW, of_database=st.booleans())
    def harm_records(
        self, which: int, chance: int, how: str | None, of_database: bool
    ) -> None:
        if of_database:
            self._root(which).lose_database(how)
        elif how and how not in ("flip", "add"):
            self._root(which).lose_summary(chance, how)
        self._count("damaged records")

    @rule(which=_WHICH, kind=st.sampled_from(_STRAYS))
    def leave_in_root(self, which: int, kind: str) -> None:
        self._root(which).add_stray(kind)

    @rule(which=_WHICH, pipe=st.booleans())
    def disguise(self, which: int, pipe: bool) -> None:
        root = self._root(which)
        for kind in stepped_disguise.FILES:
            stepped_disguise.check(root, kind, pipe, self.scratch)
        with root.busy(), pytest.raises(Locked):
            root.collect(1, None)

    @rule(which=_WHICH, is_copied=st.booleans(), begins_anew=st.booleans())
    def move_root(self, which: int, is_copied: bool, begins_anew: bool) -> None:
        root = self._root(which)
        holds_destination = self.inside and root.path == self.scratch / "root-0"
        if not root.path.exists() or holds_destination:
            return
        config = self._config(self.scratch / f"root-{fresh_name()}-moved")
        moved = root.moved(config, is_copied)
        if is_copied or begins_anew:
            if len(self.roots) < _MOST_ROOTS:
                old = root if is_copied else self._new(root.path)
                self.roots[self.roots.index(root)] = old
                self.roots.append(moved)
                return
        self.roots[self.roots.index(root)] = moved

    @invariant()
    def everything_is_as_it_must_be(self) -> None:
        if not hasattr(self, "world"):
            return
        self.world.rewind_alarm()
        self.versions.check()
        for root in self.roots:
            root.check()
        self._count("steps")

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.close()
            shutil.rmtree(self.scratch)

    def _made(self, which: int, key: int, is_killed: bool = False) -> Candidate | None:
        """Runs all nodes of a root but the Pusher."""
        root = self._root(which)
        root.begin()
        folder = self.scratch / f"candidate-{fresh_name()}"
        try:
            candidate = self.versions.compared(folder, f"inputs {key}")
        except ModelError:
            newest = self.versions.newest
            assert newest is not None and not self.versions.there[newest].is_whole
            self._count("runs refused, because the model in service is damaged")
            return None
        made = root.work(str(key), is_killed)
        self._count("runs")
        if is_killed:
            drop(candidate)
            return None
        make_model(candidate, made)
        return candidate

    def _root(self, which: int) -> Root:
        return self.roots[which % len(self.roots)]

    def _version(self, chance: int | None) -> int | None:
        there = sorted(self.versions.there)
        return there[chance % len(there)] if there and chance is not None else None

    def _new(self, path: Path) -> Root:
        return Root(self.world, self._config(path))

    def _config(self, path: Path) -> Config:
        output = {"root": str(path)}
        if self.checkpoints:
            output["checkpoints"] = self.checkpoints
        return Config.model_validate(
            {
                "name": "x",
                "data": {
                    "path": "/rows.csv",
                    "text_columns": ["text"],
                    "label_column": "label",
                    "labels": ["a", "b"],
                    "schema_file": "/schema.pbtxt",
                },
                "output": output,
            }
        )

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1
