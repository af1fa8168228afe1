"""What the machine of `steps.py` stands on: a clock, an object store, and kills."""

import datetime
import itertools
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from fsspec.implementations.memory import MemoryFileSystem

from components.publisher import executor
from newsdesk.inspection import operations, signatures
from newsdesk.published import local_store, numbers, remote_store, staging, successors
from pipeline.local import history

HOUR = 3600.0
_CHANGES = {"os.rename", "os.mkdir", "os.rmdir", "os.remove", "shutil.copyfile"}
_SECONDS_WITHOUT_A_STEP = 120
_numbers = itertools.count()


@dataclass
class Training:
    """Checkpoints of one training.

    Attributes:
        steps: whether each can be used.
        owner: the root whose run signed it; None where no root can know.
        run: index of that run.
    """

    steps: dict[int, bool]
    owner: object = None
    run: int = 0


class Killed(BaseException):
    """Ends a publisher to an object store, which no `except Exception` may see."""


class Objects(MemoryFileSystem):
    """An object store in memory that can stop at a change.

    Attributes:
        before_change: called before each change.
    """

    cachable = False

    def __init__(self) -> None:
        super().__init__()
        self.store: dict[str, Any] = {}
        self.pseudo_dirs = [""]
        self.before_change: Callable[[], None] = lambda: None

    def put_file(self, lpath: str, rpath: str, **_: Any) -> None:
        self.pipe_file(rpath, Path(lpath).read_bytes())

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite") -> None:
        self.before_change()
        super().pipe_file(path, value, mode)

    def cp_file(self, path1: str, path2: str, **_: Any) -> None:
        self.before_change()
        super().cp_file(path1, path2)

    def _rm(self, path: str) -> None:
        self.before_change()
        super()._rm(path)


class World:
    """A clock, an object store and what is replaced in the product.

    The models hold no graph: what looks into one has tests of its own.
    """

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.objects = Objects()
        self.at_rehearsal: Callable[[], None] = lambda: None
        self.trainings: dict[Path, Training] = {}
        self._replaced = ExitStack()
        clock = SimpleNamespace(time=lambda: self.now)
        for module in (local_store, numbers, remote_store, successors):
            self._replace(module, "time", clock)
        self._replace(history, "datetime", _calendar(self))
        self._replace(remote_store, "connected", lambda _: (self.objects, "/place"))
        self._replace(operations, "check", lambda *_: None)
        self._replace(signatures, "difference", lambda _: "")
        self._replace(executor, "rehearse", lambda *_: self.at_rehearsal())
        self._replace(executor, "_given_up", lambda *_: False)
        self._replace(executor.model_utils, "is_model_blessed", lambda _: True)
        self._replace(executor.Executor, "_log_startup", lambda *_: None)
        # The reader of a pipe would wait for ever.
        signal.signal(signal.SIGALRM, _complain)
        self.rewind_alarm()

    def rewind_alarm(self) -> None:
        """Gives the next step its time."""
        signal.alarm(_SECONDS_WITHOUT_A_STEP)

    def close(self) -> None:
        """Puts the product back."""
        signal.alarm(0)
        self._replaced.close()

    def _replace(self, where: Any, name: str, by: Any) -> None:
        self._replaced.enter_context(mock.patch.object(where, name, by))


def killed_in_store(world: World, change: int, what: Callable[[], object]) -> None:
    """Does something that stops before its n-th change of the object store.

    Args:
        world: holds the object store.
        change: n; nothing stops where there are fewer changes.
        what: is done in this process.
    """
    with suppress(Killed), at_change(world, change, _kill):
        what()


def killed_in_child(change: int, what: Callable[[], object]) -> None:
    """Does something in a process that is killed before its n-th change of the disk.

    Args:
        change: n; nothing is killed where there are fewer changes.
        what: is done in the process.
    """
    child = os.fork()
    if not child:
        try:
            signal.alarm(0)
            sys.addaudithook(_killer(change))
            what()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


@contextmanager
def at_change(world: World, change: int, what: Callable[[], None]) -> Iterator[None]:
    """Does something else in the middle of a push, on a destination without locks.

    Args:
        world: whose object store counts.
        change: before which change of the destination.
        what: is done once.

    Yields:
        Nothing.
    """
    left = iter([*[None] * (change - 1), what])

    def count(*_: object) -> None:
        if act := next(left, None):
            act()

    def counting(real: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any) -> Any:
            count()
            return real(*given)

        return counted

    with ExitStack() as replaced:
        for where, name in (
            (local_store, "sync_tree"),
            (local_store, "renamed"),
            (staging, "renamed"),
        ):
            by = counting(getattr(where, name))
            replaced.enter_context(mock.patch.object(where, name, by))
        for where, name, by in (
            (local_store, "turn", lambda _: nullcontext()),
            (staging, "PATIENCE_SECONDS", 0.0),
            (world, "at_rehearsal", count),
            (world.objects, "before_change", count),
        ):
            replaced.enter_context(mock.patch.object(where, name, by))
        yield


def _kill() -> None:
    raise Killed


def _killer(change: int) -> Callable[[str, Any], None]:
    left = itertools.count(change - 1, -1)

    def hook(event: str, given: Any) -> None:
        writes = event == "open" and given[2] & (os.O_WRONLY | os.O_RDWR)
        if (event in _CHANGES or writes) and next(left) <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return hook


def _calendar(world: World) -> Any:
    class Now(datetime.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Now":
            return cls.fromtimestamp(world.now, tz)

    return SimpleNamespace(datetime=Now, timezone=datetime.timezone)


def _complain(*_: object) -> None:
    raise AssertionError(f"a step takes over {_SECONDS_WITHOUT_A_STEP} s")


def fresh_name() -> str:
    """Gives a name that nothing else has."""
    return f"{next(_numbers)}"
