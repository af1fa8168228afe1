"""Keeps the finished trials of a tuning, so that a killed tuning continues."""

import logging
import shutil
from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter

from newsdesk import atomic, regular
from newsdesk.config.environment import RUN_FILE
from newsdesk.errors import ModelError, NewsdeskError
from newsdesk.tuning import TRIALS, Trial

_log = logging.getLogger("newsdesk")
_TRIALS = TypeAdapter(list[Trial])
_MOST_BYTES = 64 << 20


class Records:
    """The folder of a tuning, among the folders of checkpoints.

    The finished trials stay after the end, so that a higher tune.trials continues them.

    Args:
        folder: named by the fingerprint of the tuning.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def sign(self, run: str) -> None:
        """Records which run tunes, so that garbage collection can find the owner.

        Args:
            run: the folder of the run.

        Raises:
            NewsdeskError: the record cannot be written.
        """
        self._put(RUN_FILE, f"{run}\n")

    def read(self) -> list[Trial]:
        """Reads the finished trials.

        Returns:
            The trials in order; none if there are none, or if the file is damaged.
        """
        file = self._folder / TRIALS
        try:
            return _TRIALS.validate_json(regular.read(file, _MOST_BYTES))
        except FileNotFoundError:
            return []
        except (OSError, ValueError, ModelError) as error:
            _log.warning("%s: is damaged and will not be used: %s", file, error)
            return []

    def write(self, trials: Sequence[Trial]) -> None:
        """Writes the finished trials in one step.

        Args:
            trials: all of them, in order.

        Raises:
            NewsdeskError: they cannot be written.
        """
        self._put(TRIALS, _TRIALS.dump_json(list(trials), indent=1).decode() + "\n")

    def trial_folder(self, number: int) -> Path:
        """Makes the folder of the trial that runs now.

        Args:
            number: of the trial.

        Returns:
            The folder, with the checkpoints of a killed trial.
        """
        folder = self._folder / f"trial-{number}"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def remove(self) -> None:
        """Removes everything, so that the next tuning begins again."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _put(self, name: str, text: str) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            atomic.write_text(self._folder / name, text)
        except OSError as error:
            raise NewsdeskError(
                f"{self._folder}: the trials cannot be written: {error.strerror}; free "
                "some space, or set output.checkpoints to another folder"
            ) from None
