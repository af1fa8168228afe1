"""Reads transformed examples.

Token ids take 4 bytes each in memory, 200 MB for a million news. If a split has more
than may be in memory, its token ids are in a file.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
import tensorflow_transform as tft

from newsdesk import features
from newsdesk.errors import DataError
from trainer.data import stored
from trainer.data.batches import Batch, TokenRows
from trainer.data.collected import Collected, Space
from trainer.text import tokenizer

# Padded lengths are multiples of this. A smaller width means less padding, but more
# shapes, and parts of the model are compiled for each shape.
BUCKET_WIDTH = 4
# Wider for XLA, which compiles the whole model for each shape.
XLA_BUCKET_WIDTH = 32
_ROWS_PARSED_TOGETHER = 1024
_TWO_BYTES = 2**16
_MOST_IDS = 2**31


@dataclass(frozen=True)
class Rows:
    """The rows of a split, in an order that depends on their content alone.

    Attributes:
        ids: int32 [tokens], the token ids of all rows, one after the other.
        starts: int64 [rows + 1], where each row begins in `ids`.
        labels: int32 [rows].
        keys: int64 [rows], hashes of the texts.
        bucket_width: padded lengths are multiples of it.
    """

    ids: np.ndarray
    starts: np.ndarray
    labels: np.ndarray
    keys: np.ndarray
    bucket_width: int = BUCKET_WIDTH

    def __len__(self) -> int:
        """Counts the rows."""
        return len(self.labels)

    @property
    def lengths(self) -> np.ndarray:
        """int64 [rows], tokens per row."""
        return np.diff(self.starts)

    def take(self, chosen: np.ndarray) -> Batch:
        """Makes a batch of some rows.

        Args:
            chosen: int64 [batch], indices of rows.

        Returns:
            Their token ids, padded with zeros to a multiple of `bucket_width`.
        """
        lengths = self.starts[chosen + 1] - self.starts[chosen]
        width = -(-int(lengths.max()) // self.bucket_width) * self.bucket_width
        column = np.arange(width)
        filled = column < lengths[:, None]
        ids = np.full(filled.shape, tokenizer.PADDING_ID, np.int32)
        ids[filled] = self.ids[(self.starts[chosen][:, None] + column)[filled]]
        return Batch(inputs=ids, labels=self.labels[chosen])

    @property
    def fingerprint(self) -> str:
        """A digest of texts and labels, which does not depend on the reading order."""
        return stored.fingerprint(self.keys, self.labels)

    def id_parts(self) -> Iterator[np.ndarray]:
        """Yields int32 [tokens], the token ids of all rows in one part."""
        yield self.ids


def read(
    patterns: Sequence[str],
    transform_output: tft.TFTransformOutput,
    split: str,
    space: Space | None = None,
    id_count: int = _MOST_IDS,
    bucket_width: int = BUCKET_WIDTH,
) -> TokenRows:
    """Reads a split of transformed examples.

    Args:
        patterns: globs of gzipped TFRecord files.
        transform_output: defines the types of the features.
        split: the name of the split, for an error.
        space: how many rows may have their token ids in memory; None for all.
        id_count: one more than the largest token id.
        bucket_width: padded lengths are multiples of it.

    Returns:
        All rows, ordered by the hash of their text, so that the result does not depend
        on the number and order of files, which differ between Beam runners.

    Raises:
        DataError: the split has no rows.
        NewsdeskError: the token ids must be written to a file, but cannot be.
    """
    files = sorted(file for glob in patterns for file in tf.io.gfile.glob(glob))
    spec = transform_output.transformed_feature_spec()
    ids = Collected(
        space, "token ids", np.int32, "<u2" if id_count <= _TWO_BYTES else "<i4"
    )
    lengths, labels, keys = [], [], []
    records = tf.data.TFRecordDataset(files, "GZIP").batch(_ROWS_PARSED_TOGETHER)
    for batch in records.map(lambda serial: tf.io.parse_example(serial, spec)):
        tokens = batch[features.INPUT_IDS]
        counts = np.bincount(
            tokens.indices[:, 0].numpy(), minlength=int(tokens.dense_shape[0])
        )
        ids.add(tokens.values.numpy(), len(counts))
        lengths.append(counts.astype(np.int32))
        labels.append(batch[features.LABEL].numpy().astype(np.int32))
        keys.append(batch[features.TEXT_KEY].numpy())
    if not labels:
        raise DataError(f"the {split} split has no rows: {', '.join(patterns)}")
    ids.report(split)
    others = map(np.concatenate, (lengths, labels, keys))
    if ids.file:
        return stored.in_content_order(ids.file, bucket_width, *others)
    rows = in_content_order(ids.joined(), *others)
    return dataclasses.replace(rows, bucket_width=bucket_width)


def in_content_order(
    ids: np.ndarray, lengths: np.ndarray, labels: np.ndarray, keys: np.ndarray
) -> Rows:
    """Orders rows by text hash and label; rows that tie are equal.

    Args:
        ids: int32 [tokens], the rows' token ids, one row after the other.
        lengths: int64 [rows], tokens per row.
        labels: int32 [rows].
        keys: int64 [rows], hashes of the texts.

    Returns:
        The same rows.
    """
    order = np.lexsort((labels, keys))
    starts = np.concatenate([[0], np.cumsum(lengths)])
    pieces = [ids[starts[row] : starts[row + 1]] for row in order]
    return Rows(
        ids=np.concatenate([ids[:0], *pieces]),
        starts=np.concatenate([[0], np.cumsum(lengths[order])]),
        labels=labels[order],
        keys=keys[order],
    )
