"""The rows of a split as vectors of a frozen encoder, in memory or in a file."""

from dataclasses import dataclass

import numpy as np

from trainer.data.batches import Batch
from trainer.data.number_file import NumberFile


class _Labelled:
    """The part that does not depend on where the vectors are."""

    labels: np.ndarray

    def __len__(self) -> int:
        """Counts the rows."""
        return len(self.labels)

    @property
    def lengths(self) -> np.ndarray:
        """int64 [rows], all equal, because vectors need no padding."""
        return np.zeros(len(self), np.int64)


@dataclass(frozen=True)
class Vectors(_Labelled):
    """The rows of a split as vectors.

    Attributes:
        values: float32 [rows, width].
        labels: int32 [rows].
    """

    values: np.ndarray
    labels: np.ndarray

    def take(self, chosen: np.ndarray) -> Batch:
        """Makes a batch of some rows.

        Args:
            chosen: int64 [batch], indices of rows.

        Returns:
            Their vectors.
        """
        return Batch(inputs=self.values[chosen], labels=self.labels[chosen])


@dataclass(frozen=True)
class StoredVectors(_Labelled):
    """The rows of a split as vectors in a file.

    Attributes:
        file: the vectors, in the order of computation.
        places: int64 [rows], the place of each row in that order.
        width: the numbers of a vector.
        labels: int32 [rows].
    """

    file: NumberFile
    places: np.ndarray
    width: int
    labels: np.ndarray

    def take(self, chosen: np.ndarray) -> Batch:
        """Makes a batch of some rows.

        Args:
            chosen: int64 [batch], indices of rows.

        Returns:
            Their vectors.
        """
        values = [
            self.file.read(place * self.width, self.width)
            for place in self.places[chosen].tolist()
        ]
        return Batch(inputs=np.stack(values), labels=self.labels[chosen])
