"""A frozen encoder: encoded once, continued where it was left, only the head learns."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from newsdesk.config.train import Optimizer, Train
from newsdesk.errors import Interrupted
from tests.trainer import tiny_training
from trainer.data.batches import training_batches
from trainer.data.collected import Space
from trainer.model import Classifier
from trainer.optim import optimizer
from trainer.training.checkpoints import Checkpoints
from trainer.training.loop import Loop
from trainer.training.objective import Objective
from trainer.training.progress import Progress
from trainer.training.stopping import Stop
from trainer.training.vectors import Features, Kept, StoredVectors, Vectors, compute

TRAIN = Train(batch_size=7, checkpoint_steps=2)


@pytest.fixture
def model() -> Classifier:
    """Three rates of dropout, none of which may touch the vectors."""
    made, _ = tiny_training.loop(tiny_training.rows(), dropout=0.5)
    made.encoder.trainable = False
    return made


class Counted:
    """Features of a model; counts what it is asked and can ask to stop."""

    def __init__(self, model: Classifier, stop_after: int = -1) -> None:
        self._features = Features(model, xla=False)
        self._stop_after = stop_after
        self.stop = Stop()
        self.batches = 0

    def __call__(self, ids: np.ndarray) -> np.ndarray:
        self.batches += 1
        self.stop.requested = self.batches == self._stop_after
        return self._features(ids)


def encode(
    features: Counted, folder: Path, writes: bool = True, memory_rows: int | None = None
) -> Any:
    progress = Progress(str(folder / "events"))
    space = Space(folder, memory_rows)
    kept = Kept(folder / "train", writes, space)
    rows = tiny_training.rows()
    return compute(rows, features, kept, TRAIN, progress, features.stop)


@pytest.mark.slow
def test_every_row_has_the_vector_that_it_has_alone(
    model: Classifier, tmp_path: Path
) -> None:
    rows = tiny_training.rows()
    vectors = encode(Counted(model), tmp_path)
    alone = [model.features(rows.take(np.array([row])).inputs) for row in range(64)]

    np.testing.assert_allclose(vectors.values, np.concatenate(alone), atol=1e-5)
    np.testing.assert_array_equal(vectors.labels, rows.labels)


@pytest.mark.slow
def test_a_pass_continues_where_it_was_left(model: Classifier, tmp_path: Path) -> None:
    """Ten batches of seven rows; files after two, and when asked to stop."""
    whole = encode(Counted(model), tmp_path / "whole")
    stopped = Counted(model, stop_after=5)
    with pytest.raises(Interrupted, match="after 35 of 64 rows were encoded"):
        encode(stopped, tmp_path)
    names = sorted(int(file.stem) for file in tmp_path.glob("train/*.npz"))
    resumed = Counted(model)
    found = encode(resumed, tmp_path)
    again = Counted(model)

    assert names == [0, 14, 28]
    assert resumed.batches == 5
    np.testing.assert_array_equal(found.values, whole.values)
    np.testing.assert_array_equal(encode(again, tmp_path).values, whole.values)
    assert again.batches == 0


@pytest.mark.slow
@pytest.mark.parametrize("memory_rows", [1, 50])
def test_vectors_in_a_file_are_those_of_memory(
    model: Classifier, tmp_path: Path, memory_rows: int
) -> None:
    whole = encode(Counted(model), tmp_path / "whole")
    stopped = Counted(model, stop_after=5)
    with pytest.raises(Interrupted):
        encode(stopped, tmp_path, memory_rows=memory_rows)
    found = encode(Counted(model), tmp_path, memory_rows=memory_rows)
    batches = zip(
        training_batches(found, 7, 0, 0), training_batches(whole, 7, 0, 0), strict=True
    )

    assert isinstance(found, StoredVectors)
    for one, other in batches:
        np.testing.assert_array_equal(one.inputs, other.inputs)
        np.testing.assert_array_equal(one.labels, other.labels)
        assert one.inputs.dtype == np.float32


@pytest.mark.slow
def test_a_pass_begins_again_at_a_damaged_file(
    model: Classifier, tmp_path: Path
) -> None:
    whole = encode(Counted(model), tmp_path)
    damaged = tmp_path / "train" / "28.npz"
    damaged.write_bytes(damaged.read_bytes()[:-40])
    features = Counted(model)

    np.testing.assert_array_equal(encode(features, tmp_path).values, whole.values)
    # Ten batches less the four before it.
    assert features.batches == 6


@pytest.mark.slow
def test_a_worker_that_only_reads_writes_nothing(
    model: Classifier, tmp_path: Path
) -> None:
    encode(Counted(model), tmp_path, writes=False)

    assert not (tmp_path / "train").exists()


@pytest.mark.slow
def test_the_pass_is_reported(
    model: Classifier,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.INFO, "newsdesk.progress")
    monkeypatch.setattr(Progress, "due", True)
    encode(Counted(model), tmp_path)
    told = [record.progress for record in caplog.records]

    assert [one["step"] for one in told] == [7, 14, 21, 28, 35, 42, 49, 56, 63, 64]
    assert all(one["steps"] == 64 and one["rows_per_second"] > 0 for one in told)


@pytest.mark.slow
def test_only_the_head_learns_and_every_row_once_an_epoch(
    make_separable_vectors: Callable[[], Vectors], model: Classifier, tmp_path: Path
) -> None:
    vectors = make_separable_vectors()
    encoder = model.encoder.get_weights()
    train = Train(epochs=20, batch_size=8, patience=20)
    rate = Optimizer(learning_rate=0.05)
    steps = optimizer.count_steps(64, train, rate)
    adamw = optimizer.build(rate, steps)
    loop = Loop(model, adamw, train, steps, Objective(None, 0.0))
    progress = Progress(str(tmp_path / "events"))
    figures, _ = loop.fit(vectors, vectors, progress, Checkpoints(tmp_path), Stop())

    assert figures.accuracy == 1
    assert int(adamw.iterations) == 20 * 8
    for old, new in zip(encoder, model.encoder.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.fixture
def make_separable_vectors() -> Callable[[], Vectors]:
    """Vectors that point to their class."""

    def make() -> Vectors:
        random = np.random.default_rng(0)
        labels = random.integers(0, 4, 64).astype(np.int32)
        values = 2 * np.eye(8)[labels] + random.normal(scale=0.1, size=(64, 8))
        return Vectors(values.astype(np.float32), labels)

    return make
