"""Collects token ids in memory, and moves them to a file when they become too many."""

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trainer.data.capacity import total_memory
from trainer.data.token_file import TokenFile

_log = logging.getLogger("newsdesk")
# Reading needs three times the size of a split for a moment, and there are two splits.
_SHARE_OF_MEMORY = 16


@dataclass(frozen=True)
class Space:
    """How many token ids may be in memory, and where the others are written.

    Attributes:
        folder: the folder whose disk holds the file.
        id_count: one more than the largest id.
        memory_rows: the most rows of a split in memory; None for as many as fit into a
            sixteenth of the memory of the machine or container.
    """

    folder: Path
    id_count: int
    memory_rows: int | None = None

    def fits(self, rows: int, tokens: int) -> bool:
        """Decides whether a split may stay in memory.

        Args:
            rows: its rows.
            tokens: its token ids.

        Returns:
            Whether it is within the limit.
        """
        if self.memory_rows is not None:
            return rows <= self.memory_rows
        return 4 * tokens <= total_memory() // _SHARE_OF_MEMORY


class Collected:
    """The token ids of a split while it is read.

    Args:
        space: where they may be kept; None for memory in any case.

    Attributes:
        file: has all token ids if they are not in memory.
    """

    def __init__(self, space: Space | None) -> None:
        self.file: TokenFile | None = None
        self._space = space
        self._parts: list[np.ndarray] = []
        self._rows = self._tokens = 0

    def add(self, ids: np.ndarray, rows: int) -> None:
        """Adds the token ids of some rows.

        Args:
            ids: int64 [tokens].
            rows: the number of the rows.

        Raises:
            NewsdeskError: they must be written, but cannot be.
        """
        self._rows += rows
        self._tokens += len(ids)
        if self.file:
            self.file.append(ids)
            return
        self._parts.append(ids.astype(np.int32))
        if self._space and not self._space.fits(self._rows, self._tokens):
            self._move(self._space)

    def in_memory(self) -> np.ndarray:
        """Joins all token ids; must be called once, and only without a file.

        Returns:
            int32 [tokens].
        """
        joined = np.concatenate(self._parts)
        self._parts.clear()
        return joined

    def report(self, split: str) -> None:
        """Writes into the log where the token ids are.

        Args:
            split: the name of the split.
        """
        if self.file and self._space:
            _log.info(
                "the token ids of %s %s rows are in a file of %.1f MiB on the disk of "
                "%s, because they are more than train.memory_rows allows",
                f"{self._rows:,}",
                split,
                self.file.size / 2**20,
                self._space.folder,
            )

    def _move(self, space: Space) -> None:
        self.file = TokenFile(space.folder, space.id_count)
        for part in self._parts:
            self.file.append(part)
        self._parts.clear()
