"""Rows to batches of similar length, in an order that seed and epoch decide."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

# So many batches are sorted by length together; their rows are a random sample.
_BATCHES_SORTED_TOGETHER = 64


@dataclass(frozen=True)
class Batch:
    """Rows that are computed together.

    Attributes:
        inputs: what the model computes on: int32 [batch, length], token ids padded
            with zeros, or float32 [batch, width], the vectors of a frozen encoder.
        labels: int32 [batch].
    """

    inputs: np.ndarray
    labels: np.ndarray


class Split(Protocol):
    """Rows to make batches of: their token ids, or what a frozen encoder made of them.

    Attributes:
        labels: int32 [rows].
        lengths: int64 [rows]; rows of like length share a batch.
    """

    @property
    def labels(self) -> np.ndarray: ...

    @property
    def lengths(self) -> np.ndarray: ...

    def __len__(self) -> int: ...

    def take(self, chosen: np.ndarray) -> Batch:
        """Puts the rows at the places `chosen` side by side."""


def batch_count(rows: int, batch_size: int) -> int:
    """Counts the batches, and so the optimizer steps, of one epoch.

    Args:
        rows: rows of the split.
        batch_size: rows of a batch.

    Returns:
        Batches, the last of which may be smaller.
    """
    return -(-rows // batch_size)


def training_batches(
    rows: Split, batch_size: int, seed: int, epoch: int, skip: int = 0
) -> Iterator[Batch]:
    """Goes once through all rows in a new order that seed and epoch decide.

    Args:
        rows: the train split.
        batch_size: rows of a batch.
        seed: any number.
        epoch: counted from 0.
        skip: batches at the beginning that were trained on before.

    Yields:
        `batch_count` batches, less the skipped ones, of rows of similar length; each
        row stands in one.
    """
    random = np.random.default_rng([seed, epoch])
    order = random.permutation(len(rows))
    window = batch_size * _BATCHES_SORTED_TOGETHER
    lengths = rows.lengths
    groups: list[np.ndarray] = []
    for first in range(0, len(order), window):
        together = order[first : first + window]
        together = together[np.argsort(lengths[together], kind="stable")]
        groups += _cut(together, batch_size)
    for place in random.permutation(len(groups))[skip:]:
        yield rows.take(groups[place])


def evaluation_batches(rows: Split, batch_size: int) -> Iterator[Batch]:
    """Goes once through all rows from the shortest to the longest.

    Args:
        rows: a split.
        batch_size: rows of a batch.

    Yields:
        `batch_count` batches; each row stands in one.
    """
    for group in _cut(np.argsort(rows.lengths, kind="stable"), batch_size):
        yield rows.take(group)


def _cut(order: np.ndarray, batch_size: int) -> list[np.ndarray]:
    return [
        order[first : first + batch_size] for first in range(0, len(order), batch_size)
    ]
