"""Checkpoints, from which a killed training continues."""

import contextlib
import hashlib
import logging
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import numpy as np

from newsdesk import atomic
from newsdesk.config.environment import RUN_FILE
from newsdesk.errors import NewsdeskError
from trainer.custom_config import TrainerSettings
from trainer.data.batches import TokenRows
from trainer.training import arrays

_log = logging.getLogger("newsdesk")
_KEPT = 2
_UNUSABLE = ".unusable"
_T = TypeVar("_T")


def fingerprint(
    settings: TrainerSettings, rows: TokenRows, eval_rows: TokenRows, vocabulary: bytes
) -> str:
    """Computes a digest of everything that influences a training.

    Args:
        settings: the Trainer's, with the fingerprint of its code.
        rows: the train split.
        eval_rows: the eval split.
        vocabulary: the content of the file that maps tokens to ids.

    Returns:
        A hexadecimal string.
    """
    # None of them changes a step of the training.
    ignored = {"max_minutes", "calibrate", "memory_rows"}
    decisive = settings.model_dump_json(exclude={"train": ignored})
    digest = hashlib.sha256(decisive.encode())
    for split in (rows, eval_rows):
        digest.update(split.fingerprint.encode())
        # The same texts have other ids with another vocabulary or maximum length.
        digest.update(bytes(8) + np.cumsum(split.lengths).astype("<i8").tobytes())
        for ids in split.id_parts():
            digest.update(ids.astype("<i4").tobytes())
    # The exported graph contains the whole vocabulary, even tokens that no row has.
    digest.update(hashlib.sha256(vocabulary).digest())
    return digest.hexdigest()[:32]


class Checkpoints:
    """The checkpoint files of one training, named by optimizer step.

    Args:
        folder: the folder of the training's fingerprint.
        writes: whether this worker writes; exactly one of all workers does.
    """

    def __init__(self, folder: Path, writes: bool = True) -> None:
        self.folder = folder
        self.writes = writes
        if writes:
            # A process that was killed while it wrote leaves such a file behind.
            for leftover in folder.rglob(f"{atomic.ASIDE}*"):
                leftover.unlink(missing_ok=True)

    def sign(self, run: str) -> None:
        """Records which run trains, so that garbage collection can find the owner.

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
                "free some space, or set output.checkpoints to another folder"
            ) from None

    def save(self, step: int, values: Mapping[str, np.ndarray]) -> None:
        """Writes a checkpoint, and removes all but the newest two.

        Args:
            step: number of optimizer steps made.
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
        """Restores the newest usable checkpoint, and sets newer unusable ones aside.

        Args:
            into: receives the saved arrays; if they do not fit, it raises ValueError
                and changes nothing.

        Returns:
            The result of `into`; None if there is no usable checkpoint.
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
        """Removes the folder, which is not needed after the model was exported."""
        if self.writes:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _set_aside(self, file: Path) -> None:
        """Renames a file, so that it is kept but not counted as one of the newest."""
        if self.writes:
            with contextlib.suppress(OSError):
                file.replace(file.with_name(file.name + _UNUSABLE))

    def _newest_first(self) -> list[Path]:
        files = [file for file in self.folder.glob("*.npz") if file.stem.isdecimal()]
        return sorted(files, key=lambda file: int(file.stem), reverse=True)
