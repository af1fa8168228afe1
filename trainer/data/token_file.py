"""A file of token ids, for splits whose ids would take too much memory.

The file is read with pread(2) instead of being mapped. The pages of a map count as
memory of the process, and a map of a file that another program cuts kills the process.
"""

import os
import tempfile
from pathlib import Path

import numpy as np

from newsdesk.errors import NewsdeskError

_TWO_BYTES = 2**16


class TokenFile:
    """Token ids on disk, in two bytes each if the vocabulary is small enough.

    The file has no name, so the system removes it when the process ends in any way, and
    no other process can read it before it is complete.

    Args:
        folder: the folder whose disk holds the file; created if it does not exist.
        id_count: one more than the largest id.

    Raises:
        NewsdeskError: the file cannot be created.
    """

    def __init__(self, folder: Path, id_count: int) -> None:
        self._folder = folder
        self._type = np.dtype("<u2" if id_count <= _TWO_BYTES else "<i4")
        self._count = id_count
        self.tokens = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=folder, buffering=0)
        except OSError as error:
            raise self._not_written(error) from None

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.tokens * self._type.itemsize

    def append(self, ids: np.ndarray) -> None:
        """Writes token ids to the end.

        Args:
            ids: int64 or int32 [tokens].

        Raises:
            NewsdeskError: the disk is full, or the vocabulary does not have an id.
        """
        if len(ids) and not 0 <= ids.min() <= ids.max() < self._count:
            raise NewsdeskError(
                f"token ids from {ids.min()} to {ids.max()} do not fit a vocabulary of "
                f"{self._count} ids; run again without cached results"
            )
        left = memoryview(ids.astype(self._type).tobytes())
        try:
            while left:
                left = left[os.write(self._file.fileno(), left) :]
        except OSError as error:
            raise self._not_written(error) from None
        self.tokens += len(ids)

    def read(self, start: int, count: int) -> np.ndarray:
        """Reads token ids.

        Args:
            start: the number of ids before the first one.
            count: how many ids to read.

        Returns:
            [count], uint16 or int32.

        Raises:
            NewsdeskError: the disk fails, or another program has cut the file.
        """
        size = self._type.itemsize
        try:
            content = os.pread(self._file.fileno(), count * size, start * size)
        except OSError as error:
            raise self._not_read(error.strerror or str(error)) from None
        if len(content) < count * size:
            raise self._not_read("the file is shorter than what was written")
        return np.frombuffer(content, self._type)

    def _not_written(self, error: OSError) -> NewsdeskError:
        return NewsdeskError(
            f"{self._folder}: the token ids of more rows than train.memory_rows cannot "
            f"be written: {error.strerror}; free some space, raise train.memory_rows "
            "if there is enough memory, or choose another folder with output.root"
        )

    def _not_read(self, reason: str) -> NewsdeskError:
        return NewsdeskError(
            f"{self._folder}: token ids cannot be read: {reason}; check the disk, and "
            "run again"
        )
