"""The loop: it learns, repeats itself, stops early and keeps the best."""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from pipeline.config import Optimizer, Train
from pipeline.errors import NewsdeskError
from trainer import optimizer
from trainer.data import Rows
from trainer.loop import BestWeights, Figures, Loop
from trainer.model import Classifier
from trainer.progress import Progress

MakeModel = Callable[..., Classifier]


def loop_of(
    model: Classifier, rows: Rows, learning_rate: float = 0.01, **train: int
) -> Loop:
    config = Train(**{"epochs": 4, "batch_size": 8, **train})
    rate = Optimizer(learning_rate=learning_rate)
    steps = optimizer.count_steps(len(rows), config, rate)
    return Loop(model, optimizer.build(rate, steps), config, steps)


@pytest.mark.slow
def test_one_step_changes_every_parameter(
    make_model: MakeModel, separable_rows: Rows
) -> None:
    model = make_model(dropout=0.0)
    before = model.get_weights()
    loop_of(model, separable_rows).step(
        tf.constant([[2, 3], [4, 0]]), tf.constant([0, 1])
    )
    changed = [
        np.abs(old - new).max() > 0
        for old, new in zip(before, model.get_weights(), strict=True)
    ]

    assert all(changed)


@pytest.mark.slow
def test_it_learns_and_reports(
    make_model: MakeModel,
    separable_rows: Rows,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "newsdesk.progress")
    loop = loop_of(make_model(), separable_rows, epochs=15)
    figures = loop.fit(separable_rows, separable_rows, Progress(str(tmp_path)))
    ends = [r.progress for r in caplog.records if "eval_accuracy" in r.progress]

    assert figures.accuracy > 0.95
    assert figures == loop.evaluate(separable_rows)
    assert [end["epoch"] for end in ends] == list(range(1, 16))
    assert ends[-1]["step"] == ends[-1]["steps"] == 15 * 8
    assert ends[-1]["loss"] < ends[0]["loss"]
    assert ends[-1]["learning_rate"] < ends[7]["learning_rate"]
    assert event_tags(tmp_path) == {
        "train/loss",
        "train/learning_rate",
        "train/rows_per_second",
        "eval/accuracy",
        "eval/loss",
    }


def event_tags(folder: Path) -> set[str]:
    """The names of all scalars that TensorBoard would show."""
    (file,) = folder.glob("events*")
    return {
        value.tag
        for event in tf.compat.v1.train.summary_iterator(str(file))
        for value in event.summary.value
        if value.metadata.plugin_data.plugin_name == "scalars"
    }


@pytest.mark.slow
def test_two_runs_with_one_seed_are_equal(
    make_model: MakeModel, separable_rows: Rows, tmp_path: Path
) -> None:
    def weights(seed: int) -> bytes:
        model = make_model()
        loop = loop_of(model, separable_rows, epochs=2, seed=seed)
        loop.fit(separable_rows, separable_rows, Progress(str(tmp_path)))
        return b"".join(weight.tobytes() for weight in model.get_weights())

    first = weights(seed=1)

    assert first == weights(seed=1)
    assert first != weights(seed=2)


def test_the_weights_of_the_best_epoch_are_kept() -> None:
    weight = tf.Variable(0.0)
    best = BestWeights([weight], patience=2)
    epochs = [(0.5, 0.9), (0.7, 0.8), (0.6, 0.1), (0.7, 0.7), (0.7, 0.7), (0.6, 0.6)]
    go_on = []
    for epoch, (accuracy, loss) in enumerate(epochs):
        weight.assign(epoch)
        go_on.append(best.offer(Figures(accuracy, loss)))
    figures = best.restore()

    assert go_on == [True, True, True, True, True, False]
    assert float(weight) == 3
    assert figures == Figures(accuracy=0.7, loss=0.7)


@pytest.mark.slow
def test_patience_ends_training(
    make_model: MakeModel,
    separable_rows: Rows,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = make_model()
    loop = loop_of(model, separable_rows, epochs=9, patience=2)
    seen = []

    def evaluate(rows: Rows) -> Figures:
        seen.append(model.get_weights())
        return Figures(accuracy=0.5, loss=[0.5, 0.4, 0.6, 0.7][len(seen) - 1])

    monkeypatch.setattr(loop, "evaluate", evaluate)
    figures = loop.fit(separable_rows, separable_rows, Progress(str(tmp_path)))

    assert len(seen) == 4
    assert figures.loss == 0.4
    for kept, second in zip(model.get_weights(), seen[1], strict=True):
        np.testing.assert_array_equal(kept, second)


@pytest.mark.slow
def test_a_loss_that_is_not_a_number_is_named(
    make_model: MakeModel, separable_rows: Rows, tmp_path: Path
) -> None:
    loop = loop_of(make_model(), separable_rows, learning_rate=1e30)

    with pytest.raises(NewsdeskError, match="the loss was nan by step 8 of 32 at"):
        loop.fit(separable_rows, separable_rows, Progress(str(tmp_path)))
