"""A file of numbers, for splits that would take too much memory.

The file is read with pread(2) instead of being mapped. The pages of a map count as
memory of the process, and a map of a file that another program cuts kills the process.
"""

import os
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from newsdesk.errors import NewsdeskError


class NumberFile:
    """Numbers of one type on disk.

    The file has no name, so the system removes it when the process ends in any way, and
    no other process can read it before it is complete.

    Args:
        folder: the folder whose disk holds the file; created if it does not exist.
        dtype: the type of the numbers.
        content: what the numbers are, for errors.

    Raises:
        NewsdeskError: the file cannot be created.
    """

    def __init__(self, folder: Path, dtype: npt.DTypeLike, content: str) -> None:
        self._folder = folder
        self._type = np.dtype(dtype)
        self._content = content
        self.size = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=folder, buffering=0)
        except OSError as error:
            raise self._not_written(error) from None

    def append(self, values: np.ndarray) -> None:
        """Writes numbers to the end.

        Args:
            values: [count].

        Raises:
            NewsdeskError: the disk is full, or the type does not have one of the
                numbers.
        """
        typed = values.astype(self._type)
        if values.dtype != self._type and not np.array_equal(typed, values):
            raise NewsdeskError(
                f"{self._content} from {values.min()} to {values.max()} do not fit the "
                f"type {self._type} of the vocabulary; run again without cached results"
            )
        left = memoryview(typed.tobytes())
        try:
            while left:
                left = left[os.write(self._file.fileno(), left) :]
        except OSError as error:
            raise self._not_written(error) from None
        self.size += typed.nbytes

    def read(self, start: int, count: int) -> np.ndarray:
        """Reads numbers.

        Args:
            start: the number of numbers before the first one.
            count: how many numbers to read.

        Returns:
            [count], which cannot be changed.

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
            f"{self._folder}: the {self._content} of more rows than train.memory_rows "
            f"cannot be written: {error.strerror}; free some space, raise "
            "train.memory_rows if there is enough memory, or choose another folder "
            "with output.root"
        )

    def _not_read(self, reason: str) -> NewsdeskError:
        return NewsdeskError(
            f"{self._folder}: {self._content} cannot be read: {reason}; check the "
            "disk, and run again"
        )
