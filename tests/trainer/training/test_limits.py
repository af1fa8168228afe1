"""What ends a training: epochs, patience or minutes, and what is said about it."""

import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from newsdesk.config.train import Train
from newsdesk.errors import Interrupted
from newsdesk.training import Training
from tests.trainer import tiny_training
from trainer.optim.optimizer import Steps
from trainer.training import clock
from trainer.training.best import BestWeights, Figures
from trainer.training.checkpoints import Checkpoints
from trainer.training.clock import Clock
from trainer.training.limits import Fitted, Limits
from trainer.training.progress import Progress
from trainer.training.snapshot import Place
from trainer.training.stopping import Stop

STEPS = Steps(per_epoch=8, total=24, warmup=0)


def best_of(losses: list[float], patience: int = 2) -> BestWeights:
    best = BestWeights([tf.Variable(0.0)], patience)
    for loss in losses:
        best.offer(Figures(0.5, loss, 0.5))
    return best


@pytest.mark.parametrize(
    ("losses", "step", "expected"),
    [
        ([0.3, 0.2, 0.1], 0, ("epochs", 3, 3)),
        ([0.3, 0.1, 0.2], 0, ("epochs", 3, 2)),
        ([0.1, 0.2, 0.3], 0, ("epochs", 3, 1)),
        ([0.1, 0.2], 0, ("max_minutes", 2, 1)),
        ([0.3, 0.2, 0.1], 5, ("max_minutes", 3, 3)),
    ],
)
def test_the_limit_that_ended_a_training_is_known(
    losses: list[float], step: int, expected: tuple[str, int, int]
) -> None:
    limits = Limits(Train(), STEPS, best_of(losses), Clock(None))
    training = limits.reached(Place(2, step))

    assert (training.ended, training.made, training.best) == expected


def test_patience_ends_a_training_before_its_last_epoch() -> None:
    best = best_of([0.1, 0.2, 0.3])
    limits = Limits(Train(), Steps(8, 160, 0), best, Clock(None))

    assert not limits.allow_epoch(Place(3))
    assert limits.reached(Place(3)).sentence == (
        "stopped after epoch 3 of 20: no better eval accuracy in 2 epochs; "
        "weights of epoch 1"
    )


class Ticks:
    """A clock on which every step takes ten seconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.steps = 0
        monkeypatch.setattr(clock, "time", SimpleNamespace(monotonic=self.monotonic))

    def monotonic(self) -> float:
        return 10.0 * self.steps

    def train(
        self, folder: Path, stop_after: int = 99, **train: Any
    ) -> tuple[Fitted, list[np.ndarray]]:
        split, stop = tiny_training.rows(), Stop()
        model, loop = tiny_training.loop(split, **train)
        step = loop.compiled.step

        def counted(batches: Any) -> Any:
            self.steps += 1
            stop.requested = self.steps == stop_after
            return step(batches)

        loop.compiled.step = counted  # type: ignore[method-assign]
        progress = Progress(str(folder / "events"))
        fitted = loop.fit(split, split, progress, Checkpoints(folder), stop)
        return fitted, model.get_weights()


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> Ticks:
    return Ticks(monkeypatch)


@pytest.mark.slow
def test_time_ends_a_training_after_a_step_and_measures_it(
    ticks: Ticks, tmp_path: Path
) -> None:
    (figures, training), _ = ticks.train(tmp_path, max_minutes=2)

    assert ticks.steps == 12
    assert 0 < figures.accuracy <= 1
    assert (training.ended, training.made, training.epochs) == ("max_minutes", 2, 3)
    first, second = training.course
    assert (first.number, second.number) == (1, 2)
    assert second.eval_accuracy <= figures.accuracy
    assert first.loss > second.loss > 0
    assert first.learning_rate and second.learning_rate
    assert first.learning_rate > second.learning_rate
    assert training.sentence.startswith(
        "stopped in epoch 2 of 3: train.max_minutes = 2 is over; weights of epoch "
    )


@pytest.mark.slow
def test_one_step_is_made_even_if_it_takes_too_long(
    ticks: Ticks, tmp_path: Path
) -> None:
    (_, training), _ = ticks.train(tmp_path, max_minutes=0.01)

    assert ticks.steps == 1
    assert (training.made, training.best) == (1, 1)


@pytest.mark.slow
def test_a_resumed_training_counts_the_minutes_before(
    ticks: Ticks, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "newsdesk.progress")
    unbroken, weights = ticks.train(tmp_path / "unbroken", max_minutes=2)
    ticks.steps = 0
    with pytest.raises(Interrupted):
        ticks.train(tmp_path / "broken", stop_after=10, max_minutes=2)
    ticks.steps = 0
    resumed, again = ticks.train(tmp_path / "broken", max_minutes=2)
    after_the_end, _ = ticks.train(tmp_path / "broken", max_minutes=2)

    assert ticks.steps == 2
    assert resumed == unbroken == after_the_end
    assert [epoch.number for epoch in resumed.training.course] == [1, 2]
    for one, other in zip(weights, again, strict=True):
        np.testing.assert_array_equal(one, other)
    assert (
        "training continues in epoch 2 of 3, after step 10 of 24, 1.7 of 2 minutes"
        in [getattr(record, "sentence", "") for record in caplog.records]
    )


def test_a_training_without_a_limit_says_only_where_it_continues() -> None:
    limits = Limits(Train(), Steps(1000, 20_000, 0), best_of([0.5]), Clock(None))

    assert limits.where(Place(1, 340)) == (
        "training continues in epoch 2 of 20, after step 1,340 of 20,000"
    )
    assert Training.of_card({}) is None
