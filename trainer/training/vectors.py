"""Computes the vectors of a frozen encoder once for the whole run."""

import time
from pathlib import Path

import numpy as np
import tensorflow as tf

from newsdesk.config.train import Train
from newsdesk.errors import Interrupted
from trainer.data.batches import TokenRows
from trainer.data.collected import Collected, Space
from trainer.data.vector_rows import StoredVectors, Vectors
from trainer.model import Classifier
from trainer.training import arrays, strategy
from trainer.training.gathered import Gathered
from trainer.training.progress import Progress
from trainer.training.stopping import Stop

_FLOAT = np.dtype("<f4")


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
        space: how many rows may have their vectors in memory; None for all.
    """

    def __init__(self, folder: Path, writes: bool, space: Space | None = None) -> None:
        self._folder = folder
        self._writes = writes
        self._written = Collected(space, "vectors", _FLOAT, _FLOAT)
        self._new: list[np.ndarray] = []
        self._width: int | None = None
        self._on_disk = 0
        while (part := self._read(self._file)) is not None:
            self._keep(part)
        self.rows = self._on_disk

    @property
    def batches_to_write(self) -> int:
        """Number of batches that are not on disk."""
        return len(self._new)

    @property
    def _file(self) -> Path:
        """The next file to read or write."""
        return self._folder / f"{self._on_disk}.npz"

    def _read(self, file: Path) -> np.ndarray | None:
        """The vectors of a file; None if they do not fit those before them."""
        values = (arrays.read(file) or {}).get("values")
        if values is None or values.ndim != 2 or not len(values):
            return None
        width = values.shape[1] if self._width is None else self._width
        fits = values.dtype == np.float32 and values.shape[1] == width
        return values if fits else None

    def _keep(self, values: np.ndarray) -> None:
        self._width = values.shape[1]
        self._written.add(values.ravel(), len(values))
        self._on_disk += len(values)

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
        self._keep(values)
        self._new.clear()

    def all(self, order: np.ndarray, labels: np.ndarray) -> Vectors | StoredVectors:
        """Returns all vectors, which must be written; must be called once.

        Args:
            order: int64 [rows], the rows in the order of computation.
            labels: int32 [rows].

        Returns:
            The vectors in the order of the rows.
        """
        assert self._width is not None
        if self._written.file:
            places = np.empty_like(order)
            places[order] = np.arange(len(order))
            return StoredVectors(self._written.file, places, self._width, labels)
        ordered = self._written.joined().reshape(-1, self._width)
        values = np.empty_like(ordered)
        values[order] = ordered
        return Vectors(values, labels)


def compute(
    rows: TokenRows,
    features: Features,
    kept: Kept,
    train: Train,
    progress: Progress,
    stop: Stop,
) -> Vectors | StoredVectors:
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
    return kept.all(order, rows.labels)
