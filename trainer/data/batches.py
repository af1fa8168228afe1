"""Groups rows of similar length into batches, in an order set by seed and epoch."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from newsdesk.config.train import Train

# Rows are sorted by length in windows of this many batches, each a random sample.
_BATCHES_SORTED_TOGETHER = 64


@dataclass(frozen=True)
class Batch:
    """Rows that the model computes together.

    Attributes:
        inputs: the inputs of the model: int32 [batch, length], token ids padded with
            zeros, or float32 [batch, width], the vectors of a frozen encoder.
        labels: int32 [batch].
    """

    inputs: np.ndarray
    labels: np.ndarray


class Split(Protocol):
    """The rows of a split: their token ids, or the vectors of a frozen encoder.

    Attributes:
        labels: int32 [rows].
        lengths: int32 or int64 [rows]; rows of similar length share a batch.
    """

    @property
    def labels(self) -> np.ndarray: ...

    @property
    def lengths(self) -> np.ndarray: ...

    def __len__(self) -> int: ...

    def take(self, chosen: np.ndarray) -> Batch:
        """Makes a batch of the rows with the indices `chosen`."""


class TokenRows(Split, Protocol):
    """The rows of a split as token ids, in an order that their content decides.

    Attributes:
        fingerprint: a digest of texts and labels.
    """

    @property
    def fingerprint(self) -> str: ...

    def id_parts(self) -> Iterator[np.ndarray]:
        """Yields int32 [tokens], the token ids of all rows in several parts."""


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
    """Yields all rows once, in batches, in an order set by seed and epoch.

    Args:
        rows: the train split.
        batch_size: rows of a batch.
        seed: any number.
        epoch: counted from 0.
        skip: number of batches to skip, because they were trained on before.

    Yields:
        `batch_count` batches, without the skipped ones, of rows of similar length;
        each row is in one batch.
    """
    random = np.random.default_rng([seed, epoch])
    order = random.permutation(len(rows))
    window = batch_size * _BATCHES_SORTED_TOGETHER
    lengths = rows.lengths
    groups: list[np.ndarray] = []
    for first in range(0, len(order), window):
        together = order[first : first + window]
        # In place, because another copy would take 8 bytes for each row.
        together[:] = together[np.argsort(lengths[together], kind="stable")]
        groups += _cut(together, batch_size)
    for place in random.permutation(len(groups))[skip:]:
        yield rows.take(groups[place])


def batches_of_steps(
    rows: Split, train: Train, epoch: int, made: int
) -> Iterator[list[Batch]]:
    """Yields the batches of each remaining optimizer step of an epoch.

    Args:
        rows: the train split.
        train: the train section.
        epoch: counted from 0.
        made: number of its steps that were made before.

    Yields:
        `train.accumulation` batches; the last step may have fewer.
    """
    together = train.accumulation
    batches = training_batches(
        rows, train.batch_size, train.seed, epoch, skip=made * together
    )
    while found := list(itertools.islice(batches, together)):
        yield found


def evaluation_batches(rows: Split, batch_size: int) -> Iterator[Batch]:
    """Yields all rows once, in batches, from the shortest to the longest row.

    Args:
        rows: a split.
        batch_size: rows of a batch.

    Yields:
        `batch_count` batches; each row is in one batch.
    """
    for group in _cut(np.argsort(rows.lengths, kind="stable"), batch_size):
        yield rows.take(group)


def _cut(order: np.ndarray, batch_size: int) -> list[np.ndarray]:
    return [
        order[first : first + batch_size] for first in range(0, len(order), batch_size)
    ]
