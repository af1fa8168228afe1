"""What a training continues from after it was killed."""

import hashlib
import logging
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from trainer import arrays
from trainer.data import Rows
from trainer.settings import TrainerSettings

_log = logging.getLogger("newsdesk")
_KEPT = 2


def fingerprint(settings: TrainerSettings, rows: Rows, eval_rows: Rows) -> str:
    """Digests all that decides the course of a training.

    Args:
        settings: the Trainer's, with the fingerprint of its code.
        rows: the train split.
        eval_rows: the eval split.

    Returns:
        A hexadecimal string.
    """
    digest = hashlib.sha256(settings.model_dump_json().encode())
    for split in (rows, eval_rows):
        digest.update(split.fingerprint.encode())
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
            for rest in folder.rglob(f"{arrays.ASIDE}*"):
                rest.unlink(missing_ok=True)

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

    def newest(self) -> dict[str, np.ndarray] | None:
        """Reads the newest checkpoint that is whole.

        Returns:
            What was saved, None where there is nothing to continue from.
        """
        for file in self._newest_first():
            values = arrays.read(file)
            if values is not None:
                _log.info("training continues from %s", file)
                return values
        return None

    def remove(self) -> None:
        """Removes the folder; the training is over and its model exported."""
        if self.writes:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _newest_first(self) -> list[Path]:
        files = [file for file in self.folder.glob("*.npz") if file.stem.isdecimal()]
        return sorted(files, key=lambda file: int(file.stem), reverse=True)
