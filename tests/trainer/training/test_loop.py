"""The loop: it learns, repeats itself, stops early and keeps the best."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from newsdesk.config.train import Optimizer, Train
from newsdesk.errors import NewsdeskError
from trainer.data.batches import Batch
from trainer.data.transformed import Rows
from trainer.model import Classifier
from trainer.optim import optimizer
from trainer.training.best import BestWeights, Figures
from trainer.training.checkpoints import Checkpoints
from trainer.training.limits import Fitted
from trainer.training.loop import Loop
from trainer.training.objective import Objective
from trainer.training.progress import Progress
from trainer.training.stopping import Stop

MakeModel = Callable[..., Classifier]


def loop_of(
    model: Classifier, rows: Rows, learning_rate: float = 0.01, **train: Any
) -> Loop:
    config = Train(**{"epochs": 4, "batch_size": 8, **train})
    rate = Optimizer(learning_rate=learning_rate)
    steps = optimizer.count_steps(len(rows), config, rate)
    objective = Objective(None, config.label_smoothing)
    return Loop(model, optimizer.build(rate, steps), config, steps, objective)


def fit(loop: Loop, rows: Rows, folder: Path) -> Fitted:
    """Trains without a past and unmolested."""
    return loop.fit(
        rows, rows, Progress(str(folder)), Checkpoints(folder / "past"), Stop()
    )


@pytest.mark.slow
def test_one_step_changes_every_parameter(
    make_model: MakeModel, separable_rows: Rows
) -> None:
    model = make_model(dropout=0.0)
    before = model.get_weights()
    batch = Batch(np.array([[2, 3], [4, 0]], np.int32), np.array([0, 1], np.int32))
    loop_of(model, separable_rows).compiled.step([batch])
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
    figures, _ = fit(loop, separable_rows, tmp_path)
    told = [getattr(record, "progress", {}) for record in caplog.records]
    ends = [progress for progress in told if "eval_accuracy" in progress]

    assert figures.accuracy > 0.95
    assert figures == loop.evaluate(separable_rows)
    assert [end["epoch"] for end in ends] == list(range(1, 16))
    assert ends[-1]["step"] == ends[-1]["steps"] == 15 * 8
    assert ends[-1]["loss"] < ends[0]["loss"]
    assert ends[0]["best"] is True and 0.95 < ends[-1]["eval_macro_f1"] <= 1
    assert ends[-1]["learning_rate"] < ends[7]["learning_rate"]
    assert event_tags(tmp_path) == {
        "train/loss",
        "train/learning_rate",
        "train/rows_per_second",
        "eval/accuracy",
        "eval/macro_f1",
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
    def weights(seed: int, folder: str) -> bytes:
        model = make_model()
        loop = loop_of(model, separable_rows, epochs=2, seed=seed)
        fit(loop, separable_rows, tmp_path / folder)
        return b"".join(weight.tobytes() for weight in model.get_weights())

    first = weights(seed=1, folder="first")

    assert first == weights(seed=1, folder="again")
    assert first != weights(seed=2, folder="other")


def test_the_weights_of_the_best_epoch_are_kept() -> None:
    weight = tf.Variable(0.0)
    best = BestWeights([weight], patience=2)
    epochs = [(0.5, 0.9), (0.7, 0.8), (0.6, 0.1), (0.7, 0.7), (0.7, 0.7), (0.6, 0.6)]
    go_on = []
    for epoch, (accuracy, loss) in enumerate(epochs):
        weight.assign(epoch)
        best.offer(Figures(accuracy, loss, macro_f1=0.5))
        go_on.append(best.worth_another_epoch)
    figures = best.restore()

    assert go_on == [True, True, True, True, True, False]
    assert float(weight) == 3
    assert figures == Figures(accuracy=0.7, loss=0.7, macro_f1=0.5)
    assert best.epoch == 4


@pytest.mark.parametrize(
    ("by", "expected"), [("accuracy", 2), ("macro_f1", 3), ("loss", 1)]
)
def test_a_figure_of_choice_decides_the_best_epoch(by: Any, expected: int) -> None:
    best = BestWeights([tf.Variable(0.0)], patience=3, by=by)
    for figures in [(0.7, 0.1, 0.2), (0.9, 0.5, 0.2), (0.8, 0.6, 0.9)]:
        best.offer(Figures(*figures))

    assert best.epoch == expected
    assert best.restore() == best.figures


def test_equal_figures_are_compared_by_loss_or_accuracy() -> None:
    worse, better = Figures(0.5, 0.4, 0.3), Figures(0.6, 0.4, 0.3)

    assert better.better_than(worse, "loss")
    assert Figures(0.5, 0.3, 0.3).better_than(worse, "macro_f1")
    assert not better.better_than(worse, "macro_f1")


@pytest.mark.slow
def test_macro_f1_is_the_mean_over_the_classes(
    make_model: MakeModel, make_rows: Callable[..., Rows]
) -> None:
    """The last class neither occurs nor is predicted, so it is not counted."""
    from sklearn.metrics import f1_score

    random = np.random.default_rng(1)
    tokens = random.integers(2, 30, [50, 4]).tolist()
    labels = np.sort(random.integers(0, 3, 50))
    rows, model = make_rows(tokens, labels), make_model()
    model.weights[-1].assign([0.0, 0.02, 0.0, -9.0])
    logits = model(rows.take(np.arange(50)).inputs)
    predicted = np.argmax(logits, 1)
    figures = loop_of(model, rows).evaluate(rows)

    assert len(set(predicted)) > 1
    assert figures.accuracy == np.mean(predicted == rows.labels)
    assert figures.macro_f1 == pytest.approx(
        f1_score(rows.labels, predicted, average="macro")
    )


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

    def evaluate(rows: Rows, after_batch: Any) -> Figures:
        seen.append(model.get_weights())
        return Figures(0.5, loss=[0.5, 0.4, 0.6, 0.7][len(seen) - 1], macro_f1=0.5)

    monkeypatch.setattr(loop, "evaluate", evaluate)
    figures, _ = fit(loop, separable_rows, tmp_path)

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
        fit(loop, separable_rows, tmp_path)


@pytest.mark.slow
def test_micro_batches_make_the_step_of_the_whole_batch(
    make_model: MakeModel, separable_rows: Rows
) -> None:
    """Sizes 3, 3 and 1: the mean is over seven rows, not over three means."""

    def step(cuts: list[tuple[int, int]]) -> tuple[float, list[np.ndarray]]:
        model = make_model(dropout=0.0)
        loop = loop_of(model, separable_rows, label_smoothing=0.1)
        batches = [separable_rows.take(np.arange(*cut)) for cut in cuts]
        mean = float(loop.compiled.step(batches))
        return mean, model.get_weights()

    whole, expected = step([(0, 7)])
    mean, weights = step([(0, 3), (3, 6), (6, 7)])

    assert mean == pytest.approx(whole, rel=1e-5)
    for one, other in zip(weights, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.slow
def test_accumulated_epochs_end_on_time(
    make_model: MakeModel, separable_rows: Rows, tmp_path: Path
) -> None:
    loop = loop_of(make_model(), separable_rows, epochs=2, accumulation=3)
    fit(loop, separable_rows, tmp_path)

    # 64 rows in batches of 8: three, three and two of them make a step.
    assert int(loop.adamw.iterations) == 2 * 3
