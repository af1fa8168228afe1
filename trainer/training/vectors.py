"""Computes the vectors of a frozen encoder once for the whole run."""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from newsdesk.config.train import Train
from newsdesk.errors import Interrupted
from trainer.data.batches import Batch, TokenRows
from trainer.model import Classifier
from trainer.training import arrays, strategy
from trainer.training.gathered import Gathered
from trainer.training.progress import Progress
from trainer.training.stopping import Stop


@dataclass(frozen=True)
class Vectors:
    """The rows of a split as vectors.

    Attributes:
        values: float32 [rows, width].
        labels: int32 [rows].
    """

    values: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        """Counts the rows."""
        return len(self.labels)

    @property
    def lengths(self) -> np.ndarray:
        """int64 [rows], all equal, because vectors need no padding."""
        return np.zeros(len(self), np.int64)

    def take(self, chosen: np.ndarray) -> Batch:
        """Makes a batch of some rows.

        Args:
            chosen: int64 [batch], indices of rows.

        Returns:
            Their vectors.
        """
        return Batch(inputs=self.values[chosen], labels=self.labels[chosen])


class Features(Gathered):
    """Encodes texts with a frozen encoder, without dropout.

    A call takes int32 [batch, length], token ids padded with zeros, and returns
    float32 [batch, width].

    Args:
        model: the classifier.
        xla: whether XLA compiles the encoder.
    """

    def __init__(self, model: Classifier, xla: bool) -> None:
        super().__init__(model.features, tf.int32, xla)


class Kept:
    """Vectors of one split, saved in files so that a killed run can continue.

    Args:
        folder: the folder of the files, each named by the number of rows before it.
        writes: whether this worker writes; exactly one of all workers does.
    """

    def __init__(self, folder: Path, writes: bool) -> None:
        self._folder = folder
        self._writes = writes
        self._written: list[np.ndarray] = []
        self._new: list[np.ndarray] = []
        self.rows = 0
        while (part := self._read(self._file)) is not None:
            self._written.append(part)
            self.rows += len(part)

    @property
    def batches_to_write(self) -> int:
        """Number of batches that are not on disk."""
        return len(self._new)

    @property
    def _file(self) -> Path:
        """The next file to read or write."""
        return self._folder / f"{sum(map(len, self._written))}.npz"

    def _read(self, file: Path) -> np.ndarray | None:
        """The vectors of a file; None if they do not fit those before them."""
        values = (arrays.read(file) or {}).get("values")
        if values is None or values.ndim != 2 or not len(values):
            return None
        width = self._written[0].shape[1] if self._written else values.shape[1]
        fits = values.dtype == np.float32 and values.shape[1] == width
        return values if fits else None

    def add(self, values: np.ndarray) -> None:
        """Adds one more batch.

        Args:
            values: float32 [batch, width].
        """
        self._new.append(values)
        self.rows += len(values)

    def write(self) -> None:
        """Writes the new batches to disk."""
        if not self._new:
            return
        values = np.concatenate(self._new)
        if self._writes:
            arrays.write(self._file, {"values": values})
        self._written.append(values)
        self._new.clear()

    def all(self) -> np.ndarray:
        """Returns float32 [rows, width], in the order of computation."""
        return np.concatenate([*self._written, *self._new])


def compute(
    rows: TokenRows,
    features: Features,
    kept: Kept,
    train: Train,
    progress: Progress,
    stop: Stop,
) -> Vectors:
    """Encodes the rows of a split that were not encoded before.

    Args:
        rows: the split.
        features: the frozen encoder.
        kept: receives the vectors, and has those of an earlier run.
        train: the train section.
        progress: receives reports.
        stop: checked after every batch.

    Returns:
        All vectors, in the order of the rows.

    Raises:
        Interrupted: a signal asked to stop; all vectors so far are on disk.
    """
    # Rows of similar length share a batch, which needs little padding.
    order = np.argsort(rows.lengths, kind="stable")
    began, first = time.monotonic(), kept.rows
    while kept.rows < len(rows):
        chosen = order[kept.rows : kept.rows + train.batch_size]
        kept.add(features(rows.take(chosen).inputs))
        if kept.batches_to_write == train.checkpoint_steps:
            kept.write()
        if progress.due:
            rate = (kept.rows - first) / (time.monotonic() - began)
            progress.report_rows(kept.rows, len(rows), rate)
        if strategy.anywhere(stop.requested):
            kept.write()
            raise Interrupted(
                f"stopped on request after {kept.rows} of {len(rows)} rows were "
                "encoded; the same command continues there"
            )
    kept.write()
    values = np.empty_like(ordered := kept.all())
    values[order] = ordered
    return Vectors(values, rows.labels)
