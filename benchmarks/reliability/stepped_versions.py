"""The steps of `steps.py` at a destination, and what must be true of it after each."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.reliability import stepped_harm
from benchmarks.reliability.stepped_candidates import Candidate, push
from benchmarks.reliability.stepped_world import (
    HOUR,
    World,
    at_change,
    killed_in_child,
    killed_in_store,
)
from newsdesk.errors import ConfigError, ModelError
from newsdesk.published.in_service import newest
from newsdesk.published.local_store import LocalStore
from newsdesk.published.manifest import Damaged
from newsdesk.published.numbers import number
from newsdesk.published.remote_store import RemoteStore
from newsdesk.published.rollback import roll_back
from newsdesk.published.store import Store
from newsdesk.published.stores import store


@dataclass
class Version:
    """A visible version, as it must be.

    Attributes:
        model: its digest.
        withdrawn: digests of models that it says were rolled back from.
        is_readable: whether its manifest is as it was published.
        is_whole: whether all of it is.
    """

    model: str
    withdrawn: frozenset[str]
    is_readable: bool = True
    is_whole: bool = True


class Versions:
    """A destination and what must be in it.

    Args:
        world: holds clock and object store.
        address: above the versions.
        counts: how often something was done.
    """

    def __init__(self, world: World, address: str, counts: dict[str, int]) -> None:
        self.world = world
        self.address = address
        self.counts = counts
        self.there: dict[int, Version] = {}
        self.strays: list[str] = []
        self._pending: Callable[[int], None]

    @property
    def place(self) -> Store:
        """The store, as a new process sees it."""
        return store(self.address)

    @property
    def newest(self) -> int | None:
        """The version that must be the newest."""
        return max(self.there, default=None)

    @property
    def is_local(self) -> bool:
        """Whether it is a folder."""
        return isinstance(self.place, LocalStore)

    def compared(self, folder: Path, inputs: str) -> Candidate:
        """Begins a run: takes a copy of the model in service, as BaselineModel does.

        Args:
            folder: new; what the run makes lies there.
            inputs: what it is made from.

        Returns:
            The candidate, whose model must still be made.

        Raises:
            ModelError: the model in service is damaged.
        """
        folder.mkdir(parents=True)
        current = newest(self.address)
        if current is None:
            return Candidate(folder, inputs, None, None)
        assert current.version == self.newest
        copy = folder / "baseline" / "Format-Serving"
        copy.parent.mkdir()
        found = self.place.fetch(current.version, copy)
        assert self.there[current.version].is_whole
        assert found.model_digest == self.there[current.version].model
        return Candidate(folder, inputs, current.version, found.digest)

    def push(self, candidate: Candidate, keep: int | None = None) -> None:
        """Lets the Pusher judge and publish a candidate; must not be refused wrongly.

        Args:
            candidate: from `compared`, with its model.
            keep: how many versions stay.
        """
        self._settle()
        before = dict(self.there)
        top = self.newest
        current = before.get(top) if top is not None else None
        known = bool(current) and candidate.model in {current.model, *current.withdrawn}
        try:
            push(candidate, self.address, keep)
        except ModelError as error:
            is_compared = top in (None, candidate.over)
            is_readable = current is None or current.is_readable
            assert not (is_compared and is_readable), error
            assert is_readable or str(top) in str(error)
            self._count("pushes refused")
        else:
            assert current is None or current.is_readable
        self._take_over(candidate, keep, may_push=not known)

    def push_killed(self, candidate: Candidate, change: int) -> None:
        """Lets a push be killed.

        Args:
            candidate: from `compared`, with its model.
            change: before which change.
        """
        self._settle()
        self._kill(change, lambda: self._silently(candidate))
        self._pending = lambda version: self._take_version(version, candidate)
        self._take_over(candidate, None, may_push=True)

    def push_together(self, first: Candidate, second: Candidate, change: int) -> None:
        """Lets a push begin and end in the middle of another one, without locks.

        Args:
            first: whose push is interrupted.
            second: is pushed before a change of the first push.
            change: which one.
        """
        self._settle()
        with at_change(self.world, change, lambda: self._silently(second)):
            self._silently(first)
        for version in self._new_versions():
            self._take_version(version, self._noted(version, first, second))
        self._count("pushes together")

    def retire(self, keep: int, hours: int, change: int | None) -> None:
        """Retires old versions.

        Args:
            keep: how many stay.
            hours: until they are deleted.
            change: before which change it is killed; None lets it end.
        """
        expected = sorted(self.there)[-keep:]

        def act() -> None:
            self.place.retire(keep, hours * HOUR)

        if change is None:
            act()
            assert self.place.versions() == expected
        else:
            self._kill(change, act)
        self._forget_hidden(keep)

    def roll_back(self, to: int | None, change: int | None) -> None:
        """Rolls back.

        Args:
            to: a version; None for the one before.
            change: before which change it is killed; None lets it end.
        """
        self._count("rollbacks")
        self._settle()
        if change is not None:
            known = self._copied_from(to)
            self._kill(change, lambda: self._quietly(to))
            self._pending = lambda version: self._take_copy(version, known)
            for version in self._new_versions():
                self._take_copy(version, known)
            return
        is_possible = self._can_go_back(to)
        top = self.newest
        try:
            done = roll_back(self.address, to)
        except (ConfigError, ModelError) as error:
            assert not is_possible, error
            return
        assert top is not None and done.copied in self.there
        assert (done.damaged is None) == self.there[top].is_readable
        self._take_copy(done.version, self._copied_from(to))
        assert (
            self.place.manifest(done.version).model_digest
            == self.there[done.copied].model
        )

    def harm(self, version: int, kind: str, chance: int) -> None:
        """Damages a version.

        Args:
            version: which one.
            kind: of `stepped_harm.VERSIONS`.
            chance: decides which file and bit.
        """
        done = stepped_harm.version(self.world, self.address, version, kind, chance)
        if done == stepped_harm.GONE:
            del self.there[version]
        elif done:
            self.there[version].is_whole = False
            if done == stepped_harm.UNREADABLE:
                self.there[version].is_readable = False
        self._count("damaged versions")

    def let_a_day_pass(self) -> None:
        """Lets everything that pushes left behind be a day old."""
        self.world.now += 25 * HOUR
        for path in Path(self.address, ".pushes").glob("**/*"):
            touched = os.lstat(path).st_mtime - 25 * HOUR
            os.utime(path, (touched, touched), follow_symlinks=False)

    def add_stray(self, kind: str) -> None:
        """Puts something into the destination that no push made.

        Args:
            kind: of `stepped_harm.STRAYS`.
        """
        top = self.newest or 0
        stray = stepped_harm.stray(self.world, self.address, kind, top)
        found = number(Path(stray).name)
        if found is None:
            self.strays.append(stray)
        else:
            self.there[found] = Version("", frozenset(), False, False)

    def check(self) -> None:
        """Compares the destination with what must be in it."""
        place = self.place
        assert place.versions() == sorted(self.there)
        for version, expected in self.there.items():
            try:
                found = place.verify(version)
            except ModelError as error:
                assert not expected.is_whole, error
                assert self.address in str(error)
            else:
                assert expected.is_whole and found.model_digest == expected.model
        self._check_newest()
        assert stepped_harm.are_there(self.world, self.strays)
        if self.is_local and Path(self.address).is_dir():
            strays = {Path(stray).name for stray in self.strays}
            for path in Path(self.address).iterdir():
                visible = number(path.name) in self.there or path.name in strays
                assert visible or path.name.startswith(".") or not path.is_dir(), path

    def _check_newest(self) -> None:
        top = self.newest
        try:
            current = newest(self.address)
        except Damaged as error:
            assert top is not None and not self.there[top].is_readable
            assert str(top) in str(error)
            return
        assert (current.version if current else None) == top
        if current:
            assert self.there[current.version].is_readable
            assert current.manifest.model_digest == self.there[current.version].model

    def _silently(self, candidate: Candidate) -> None:
        try:
            push(candidate, self.address)
        except ModelError:
            self._count("pushes refused")

    def _quietly(self, to: int | None) -> None:
        try:
            roll_back(self.address, to)
        except (ConfigError, ModelError):
            return

    def _take_over(
        self, candidate: Candidate, keep: int | None, may_push: bool
    ) -> None:
        """Learns what a push did, and checks that it may have done it."""
        new = self._new_versions()
        assert len(new) <= may_push
        for version in new:
            self._take_version(version, candidate)
            if keep:
                self._forget_hidden(keep)

    def _take_version(self, version: int, candidate: Candidate) -> None:
        top = self.newest
        if top is not None:
            assert candidate.over == top, f"{version} was not compared with {top}"
            assert version > top
            assert self.place.manifest(top).digest == candidate.compared
        found = self.place.verify(version)
        assert found.model_digest == candidate.model
        withdrawn = frozenset(found.origin.withdrawn)
        assert found.model_digest not in withdrawn
        self.there[version] = Version(found.model_digest, withdrawn)
        self._count("versions")

    def _take_copy(self, version: int, known: set[str]) -> None:
        assert self.newest is not None and version > self.newest
        found = self.place.verify(version)
        assert found.model_digest in known
        self.there[version] = Version(
            found.model_digest, frozenset(found.origin.withdrawn)
        )
        self._count("versions")

    def _copied_from(self, to: int | None) -> set[str]:
        former = [one for name, one in self.there.items() if to in (None, name)]
        return {one.model for one in former if one.is_whole}

    def _new_versions(self) -> list[int]:
        return [one for one in self.place.versions() if one not in self.there]

    def _settle(self) -> None:
        """Lets what a dead publisher to an object store decided become visible.

        Every publisher begins with that.
        """
        place = self.place
        if isinstance(place, RemoteStore):
            with suppress(ModelError):
                place._must_be_newest(None)
            for version in self._new_versions():
                self._pending(version)

    def _forget_hidden(self, keep: int) -> None:
        """Only the oldest go, and only as many as may."""
        visible = self.place.versions()
        hidden = [one for one in sorted(self.there) if one not in visible]
        assert hidden == sorted(self.there)[: len(hidden)]
        assert not hidden or len(visible) >= min(keep, len(self.there))
        for version in hidden:
            del self.there[version]

    def _can_go_back(self, to: int | None) -> bool:
        *former, top = sorted(self.there) or [None]
        if to is not None:
            return to in former and self.there[to].is_whole
        given_up: set[str] = set()
        if top is not None and self.there[top].is_readable:
            given_up = {self.there[top].model, *self.there[top].withdrawn}
        return any(
            self.there[one].is_whole and self.there[one].model not in given_up
            for one in former
        )

    def _noted(self, version: int, *candidates: Candidate) -> Candidate:
        origin = self.place.manifest(version).origin
        noted = origin.run_key, origin.data_digest
        return next(one for one in candidates if (one.inputs, str(one.over)) == noted)

    def _kill(self, change: int, what: Callable[[], object]) -> None:
        self._count("kills")
        if self.is_local:
            killed_in_child(change, what)
        else:
            killed_in_store(self.world, change, what)

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1
