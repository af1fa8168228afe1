"""What a training continues from after it was killed."""

import contextlib
import hashlib
import logging
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import numpy as np

from newsdesk import atomic
from newsdesk.config.sections import RUN_FILE
from newsdesk.errors import NewsdeskError
from trainer.custom_config import TrainerSettings
from trainer.data.transformed import Rows
from trainer.training import arrays

_log = logging.getLogger("newsdesk")
_KEPT = 2
_UNUSABLE = ".unusable"
_T = TypeVar("_T")


def fingerprint(
    settings: TrainerSettings, rows: Rows, eval_rows: Rows, vocabulary: bytes
) -> str:
    """Digests everything that decides the course of a training.

    Args:
        settings: the Trainer's, with the fingerprint of its code.
        rows: the train split.
        eval_rows: the eval split.
        vocabulary: the content of the file that maps tokens to ids.

    Returns:
        A hexadecimal string.
    """
    digest = hashlib.sha256(settings.model_dump_json().encode())
    for split in (rows, eval_rows):
        digest.update(split.fingerprint.encode())
        # The same texts have other ids under another vocabulary or another cut.
        digest.update(split.starts.astype("<i8").tobytes())
        digest.update(split.ids.astype("<i4").tobytes())
    # The exported graph holds all of it, the tokens of no row included.
    digest.update(hashlib.sha256(vocabulary).digest())
    return digest.hexdigest()[:32]


class Checkpoints:
    """Files named by the optimizer step; the newest two are kept.

    Args:
        folder: of one fingerprint.
        writes: whether this process is the one, of all workers, that writes.
    """

    def __init__(self, folder: Path, writes: bool = True) -> None:
        self.folder = folder
        self.writes = writes
        if writes:
            for rest in folder.rglob(f"{atomic.ASIDE}*"):
                rest.unlink(missing_ok=True)

    def sign(self, run: str) -> None:
        """Records which run trains, so that garbage collection knows whose these are.

        Args:
            run: the folder of the run.

        Raises:
            NewsdeskError: the record cannot be written.
        """
        if not self.writes:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            atomic.write_text(self.folder / RUN_FILE, f"{run}\n")
        except OSError as error:
            raise NewsdeskError(
                f"{self.folder}: the checkpoints cannot be written: {error.strerror}; "
                "make room or choose another folder with output.checkpoints"
            ) from None

    def save(self, step: int, values: Mapping[str, np.ndarray]) -> None:
        """Writes a checkpoint, and removes those that nobody needs any more.

        Args:
            step: optimizer steps made.
            values: arrays by name.

        Raises:
            NewsdeskError: it cannot be written.
        """
        if not self.writes:
            return
        arrays.write(self.folder / f"{step}.npz", values)
        for file in self._newest_first()[_KEPT:]:
            file.unlink(missing_ok=True)

    def restore(self, into: Callable[[Mapping[str, np.ndarray]], _T]) -> _T | None:
        """Restores the newest checkpoint that can be used, and sets others aside.

        Args:
            into: takes what was saved; raises ValueError, and changes nothing, where
                it does not fit.

        Returns:
            What `into` returned; None where there is nothing to continue from.
        """
        for file in self._newest_first():
            values = arrays.read(file)
            if values is not None:
                try:
                    restored = into(values)
                except ValueError as error:
                    _log.warning("%s: cannot be used: %s", file, error)
                else:
                    _log.info("training continues from %s", file)
                    return restored
            self._set_aside(file)
        return None

    def remove(self) -> None:
        """Removes the folder; the training is over and its model exported."""
        if self.writes:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _set_aside(self, file: Path) -> None:
        """Keeps it for a look, where it cannot count as one of the newest two."""
        if self.writes:
            with contextlib.suppress(OSError):
                file.replace(file.with_name(file.name + _UNUSABLE))

    def _newest_first(self) -> list[Path]:
        files = [file for file in self.folder.glob("*.npz") if file.stem.isdecimal()]
        return sorted(files, key=lambda file: int(file.stem), reverse=True)
