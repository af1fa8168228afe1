"""Collects the rows of a split in memory, and moves them to a file if they are many."""

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from trainer.data.capacity import total_memory
from trainer.data.number_file import NumberFile

_log = logging.getLogger("newsdesk")
# Reading needs three times the size of a split for a moment, and there are two splits.
_SHARE_OF_MEMORY = 16


@dataclass(frozen=True)
class Space:
    """How many rows may be in memory, and where the others are written.

    Attributes:
        folder: the folder whose disk holds the file.
        memory_rows: the most rows of a split in memory; None for as many as fit into a
            sixteenth of the memory of the machine or container.
    """

    folder: Path
    memory_rows: int | None = None

    def fits(self, rows: int, size: int) -> bool:
        """Decides whether a split may stay in memory.

        Args:
            rows: its rows.
            size: its bytes in memory.

        Returns:
            Whether it is within the limit.
        """
        if self.memory_rows is not None:
            return rows <= self.memory_rows
        return size <= total_memory() // _SHARE_OF_MEMORY


class Collected:
    """The numbers of all rows of a split, while they are read or computed.

    Args:
        space: where they may be; None for memory in any case.
        content: what they are, for the log and errors.
        in_memory: their type in memory.
        in_file: their type in a file.

    Attributes:
        file: has all numbers if they are not in memory.
    """

    def __init__(
        self,
        space: Space | None,
        content: str,
        in_memory: npt.DTypeLike,
        in_file: npt.DTypeLike,
    ) -> None:
        self.file: NumberFile | None = None
        self._space = space
        self._content = content
        self._types = np.dtype(in_memory), np.dtype(in_file)
        self._parts: list[np.ndarray] = []
        self._rows = self._size = 0

    def add(self, values: np.ndarray, rows: int) -> None:
        """Adds the numbers of some rows.

        Args:
            values: [count].
            rows: the number of the rows.

        Raises:
            NewsdeskError: they must be written, but cannot be.
        """
        self._rows += rows
        if self.file:
            self.file.append(values)
            return
        self._parts.append(values.astype(self._types[0], copy=False))
        self._size += self._parts[-1].nbytes
        if self._space and not self._space.fits(self._rows, self._size):
            self._move(self._space)

    def joined(self) -> np.ndarray:
        """Joins all numbers; must be called once, and only without a file.

        Returns:
            [count].
        """
        found = np.concatenate(self._parts)
        self._parts.clear()
        return found

    def report(self, split: str) -> None:
        """Writes into the log that a split is in a file.

        Args:
            split: the name of the split.
        """
        if self.file and self._space:
            _log.info(
                "the %s of the %s split are in a file of %.1f MiB on the disk of %s, "
                "because train.memory_rows or the memory allows fewer than %s rows",
                self._content,
                split,
                self.file.size / 2**20,
                self._space.folder,
                f"{self._rows:,}",
            )

    def _move(self, space: Space) -> None:
        self.file = NumberFile(space.folder, self._types[1], self._content)
        for part in self._parts:
            self.file.append(part)
        self._parts.clear()
