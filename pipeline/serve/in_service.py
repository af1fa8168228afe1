"""Keeps the version in service, and replaces it between two requests."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from pipeline.serve.loading import Loaded

_T = TypeVar("_T")


@dataclass(frozen=True)
class State:
    """What a server does with a version.

    Attributes:
        name: as TensorFlow Serving names it: LOADING, AVAILABLE or END.
        error: why the version is not served; "" without an error.
    """

    name: str
    error: str = ""


class InService:
    """A model whose version changes without losing a request.

    One thread does all work with the model, because TensorFlow uses all cores for one
    call. A replacement is work of this thread, too, so it never meets a request.

    Attributes:
        name: the name of the model.
        loaded: the version in service.
        answered: how many requests were answered.
    """

    def __init__(self, name: str, loaded: Loaded) -> None:
        self.name = name
        self.loaded = loaded
        self.answered = 0
        self._other: dict[int, State] = {}
        self._thread = ThreadPoolExecutor(1, "model")

    def use(self, work: Callable[[Loaded], _T]) -> "Future[_T]":
        """Does some work with the version that is in service at its turn.

        Args:
            work: a function of the version.

        Returns:
            Its result, later.
        """
        return self._thread.submit(self._use, work)

    def _use(self, work: Callable[[Loaded], _T]) -> _T:
        result = work(self.loaded)
        self.answered += 1
        return result

    def replace(self, loaded: Loaded) -> None:
        """Puts another version into service, and drops the one before it.

        Args:
            loaded: the new version.
        """
        self._thread.submit(self._replace, loaded).result()

    def _replace(self, loaded: Loaded) -> None:
        before, self.loaded = self.loaded, loaded
        self._other.clear()
        before.close()

    def note(self, version: int, state: State) -> None:
        """Remembers what happens to a version that is not in service.

        Args:
            version: its number.
            state: what happens to it.
        """
        self._other = {version: state}

    def states(self) -> dict[int, State]:
        """Returns the state of each version, the newest first."""
        states = {**self._other, self.loaded.version: State("AVAILABLE")}
        return dict(sorted(states.items(), reverse=True))

    def close(self) -> None:
        """Ends the work that has begun, and drops the version."""
        self._thread.shutdown(cancel_futures=True)
        self.loaded.close()
