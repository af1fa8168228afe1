"""Finds newly pushed versions, and puts them into service."""

import gc
import threading
from collections.abc import Callable

from newsdesk.errors import NewsdeskError
from pipeline.predict.find_model import Pushed, newest_version
from pipeline.serve.in_service import InService, State
from pipeline.serve.loading import Loaded
from pipeline.terminal.screen import Stopwatch

_SECONDS, _REMOTE_SECONDS = 1.0, 30.0
_MOST_SECONDS = 60.0


class Watcher:
    """Looks for versions in a thread of its own.

    Args:
        model: what is in service.
        address: the folder or address that contains the versions.
        load: loads a version completely.
        say: prints a line.

    Attributes:
        pause: seconds until the next look.
    """

    def __init__(
        self,
        model: InService,
        address: str,
        load: Callable[[Pushed], Loaded],
        say: Callable[[str], None],
    ) -> None:
        self._model, self._address, self._load, self._say = model, address, load, say
        self._shortest = _REMOTE_SECONDS if "://" in address else _SECONDS
        self.pause = self._shortest
        self._said = ""
        self._stopped = threading.Event()
        # A load cannot be interrupted, and must not keep a stopped server alive.
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)

    def start(self) -> None:
        """Begins to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stops to look; does not wait for a version that is being loaded."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(self.pause):
            self.look()

    def look(self) -> None:
        """Puts the newest version into service, if it is another one and is complete.

        A version that cannot be loaded is tried again, less and less often, because it
        may be a copy that is not finished.
        """
        try:
            found = newest_version(self._address)
            if found and found.version != self._model.loaded.version:
                self._replace(found)
            self.pause, self._said = self._shortest, ""
        except Exception as error:
            self._refuse(error)

    def _replace(self, found: Pushed) -> None:
        if not self._said:
            self._model.note(found.version, State("LOADING"))
        watch = Stopwatch()
        try:
            loaded = self._load(found)
        except Exception as error:
            self._model.note(found.version, State("END", str(error)))
            raise
        if self._stopped.is_set():
            loaded.close()
            return
        self._model.replace(loaded)
        # A dropped model is part of reference cycles, and its weights look small to
        # Python, which would keep several models before it collects by itself.
        gc.collect()
        self._say(
            f"version {found.version} is in service, loaded in {watch.seconds:.1f} s"
        )

    def _refuse(self, error: Exception) -> None:
        self.pause = min(_MOST_SECONDS, 2 * self.pause)
        words = str(error) if isinstance(error, NewsdeskError) else repr(error)
        if words != self._said and not self._stopped.is_set():
            self._said = words
            self._say(f"version {self._model.loaded.version} stays in service: {words}")
