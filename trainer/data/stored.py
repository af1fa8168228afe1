"""The rows of a split whose token ids are in a file."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from trainer.data.batches import Batch
from trainer.data.number_file import NumberFile
from trainer.text import tokenizer

_ROWS_READ_TOGETHER = 8192


@dataclass(frozen=True)
class StoredRows:
    """The rows of a split, in the same order as `transformed.Rows`.

    In memory, a row takes 16 bytes.

    Attributes:
        file: the token ids, in the order in which the rows were read.
        starts: int64 [rows], where each row begins in the file.
        lengths: int32 [rows], tokens per row.
        labels: int32 [rows].
        fingerprint: a digest of texts and labels.
        bucket_width: padded lengths are multiples of it.
    """

    file: NumberFile
    starts: np.ndarray
    lengths: np.ndarray
    labels: np.ndarray
    fingerprint: str
    bucket_width: int

    def __len__(self) -> int:
        """Counts the rows."""
        return len(self.labels)

    def take(self, chosen: np.ndarray) -> Batch:
        """Makes a batch of some rows, as `transformed.Rows.take` does.

        Args:
            chosen: int64 [batch], indices of rows.

        Returns:
            Their token ids, padded with zeros to a multiple of `bucket_width`.
        """
        lengths = self.lengths[chosen]
        width = -(-int(lengths.max()) // self.bucket_width) * self.bucket_width
        ids = np.full((len(chosen), width), tokenizer.PADDING_ID, np.int32)
        for row, found in enumerate(self._each(chosen)):
            ids[row, : len(found)] = found
        return Batch(inputs=ids, labels=self.labels[chosen])

    def id_parts(self) -> Iterator[np.ndarray]:
        """Yields int32 [tokens], the token ids of all rows in several parts."""
        for first in range(0, len(self), _ROWS_READ_TOGETHER):
            rows = np.arange(first, min(first + _ROWS_READ_TOGETHER, len(self)))
            yield np.concatenate(list(self._each(rows))).astype(np.int32)

    def _each(self, chosen: np.ndarray) -> Iterator[np.ndarray]:
        starts, lengths = self.starts[chosen].tolist(), self.lengths[chosen].tolist()
        return map(self.file.read, starts, lengths)


def in_content_order(
    file: NumberFile,
    bucket_width: int,
    lengths: np.ndarray,
    labels: np.ndarray,
    keys: np.ndarray,
) -> StoredRows:
    """Orders rows by text hash and label, without moving their token ids.

    Args:
        file: the rows' token ids, one row after the other.
        bucket_width: padded lengths are multiples of it.
        lengths: int32 [rows], tokens per row.
        labels: int32 [rows].
        keys: int64 [rows], hashes of the texts.

    Returns:
        The same rows.
    """
    order = np.lexsort((labels, keys))
    starts = np.cumsum(lengths)
    starts -= lengths
    labels = labels[order]
    return StoredRows(
        file=file,
        starts=starts[order],
        lengths=lengths[order],
        labels=labels,
        fingerprint=fingerprint(keys[order], labels),
        bucket_width=bucket_width,
    )


def fingerprint(keys: np.ndarray, labels: np.ndarray) -> str:
    """Computes a digest of texts and labels.

    Args:
        keys: int64 [rows], hashes of the texts, in content order.
        labels: int32 [rows].

    Returns:
        A hexadecimal string, which does not depend on the reading order.
    """
    digest = hashlib.sha256(keys.astype("<i8", copy=False).data)
    digest.update(labels.astype("<i4", copy=False).data)
    return digest.hexdigest()
