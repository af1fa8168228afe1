"""Numbers of steps, the learning rate by step, and which variables decay."""

from collections.abc import Callable

import numpy as np
import pytest
import tensorflow as tf

from newsdesk.config.encoders import CheckpointEncoder, TransformerEncoder
from newsdesk.config.train import Optimizer, Train
from trainer.model import Classifier
from trainer.optim import epochs, optimizer
from trainer.optim.optimizer import Steps, WarmupThenDecay, count_steps


def test_steps_come_from_rows_batch_size_and_epochs() -> None:
    train = Train(epochs=3, batch_size=32)

    assert count_steps(1000, train, Optimizer(warmup_ratio=0.1)) == Steps(32, 96, 10)
    assert count_steps(1000, train, Optimizer(warmup_steps=7)).warmup == 7
    assert count_steps(1000, train, Optimizer(warmup_steps=0)).warmup == 0
    assert count_steps(1, train, Optimizer(warmup_steps=500)) == Steps(1, 3, 3)


def test_micro_batches_make_one_step() -> None:
    train = Train(epochs=2, batch_size=32, accumulation=5)

    # 32 batches: six times five, and two are left.
    assert count_steps(1000, train, Optimizer(warmup_ratio=0.5)) == Steps(7, 14, 7)


@pytest.mark.parametrize(
    ("rows", "expected"), [(16, 200), (320, 100), (1600, 20), (96_000, 3)]
)
def test_few_rows_get_more_epochs(rows: int, expected: int) -> None:
    assert count_steps(rows, Train(), Optimizer()).epochs == expected
    assert count_steps(rows, Train(epochs=3), Optimizer()).epochs == 3


def test_many_labels_get_more_epochs() -> None:
    epochs_of = [
        count_steps(16_000, Train(), Optimizer(), classes=classes).epochs
        for classes in (100, 400)
    ]
    assert epochs_of == [3, 8]


def test_the_warmup_is_a_part_of_the_steps_that_the_rows_give() -> None:
    assert count_steps(1600, Train(), Optimizer()) == Steps(50, 1000, 100)


@pytest.mark.parametrize(
    ("trainable", "steps", "expected"),
    [(True, 1, 10), (True, 200, 5), (True, 999, 3), (False, 1, 200), (False, 999, 10)],
)
def test_a_pretrained_encoder_has_its_own_limits(
    trainable: bool, steps: int, expected: int
) -> None:
    encoder = CheckpointEncoder(kind="checkpoint", path="/x", trainable=trainable)

    assert epochs.for_steps(steps, encoder) == expected
    assert epochs.for_steps(9_999, TransformerEncoder()) == 3


@pytest.mark.parametrize(
    ("of_epochs", "per_epoch", "expected"),
    [(1, 999, 2), (14, 999, 2), (15, 999, 3), (200, 3, 40), (200, 1, 100), (3, 50, 2)],
)
def test_patience_is_a_fifth_of_the_epochs_and_100_steps(
    of_epochs: int, per_epoch: int, expected: int
) -> None:
    assert epochs.patience(Train(), of_epochs, per_epoch) == expected
    assert epochs.patience(Train(patience=7), of_epochs, per_epoch) == 7


@pytest.mark.parametrize(
    ("step", "rate"),
    [(0, 0.2 / 11), (5, 0.2 * 6 / 11), (10, 0.2), (55, 0.1), (99, 0.2 / 90)],
)
def test_the_rate_rises_to_the_peak_and_falls_towards_zero(
    step: int, rate: float
) -> None:
    schedule = WarmupThenDecay(0.2, Steps(per_epoch=50, total=100, warmup=10))

    assert float(schedule(step)) == pytest.approx(rate, rel=1e-5)


@pytest.mark.parametrize("warmup", [0, 3])
def test_the_rate_is_positive_when_warmup_is_nothing_or_all(warmup: int) -> None:
    schedule = WarmupThenDecay(0.2, Steps(per_epoch=3, total=3, warmup=warmup))

    assert all(0 < float(schedule(step)) < 0.2001 for step in range(3))


def test_biases_and_layer_norms_do_not_decay(
    make_model: Callable[..., Classifier],
) -> None:
    weights = make_model().trainable_weights
    adamw = optimizer.build(
        Optimizer(learning_rate=0.1, weight_decay=0.5, warmup_steps=0), Steps(1, 1, 0)
    )
    for weight in weights:
        weight.assign(tf.ones_like(weight))
    adamw.apply_gradients([(tf.zeros_like(weight), weight) for weight in weights])
    decayed = {weight.name for weight in weights if np.ptp([1, *np.ravel(weight)]) > 0}
    kept = {weight.name for weight in weights} - decayed

    assert len(decayed) == 2 + 2 * 4 + 2
    assert all(name.endswith(("kernel:0", "embeddings:0")) for name in decayed)
    assert all(name.endswith(("bias:0", "gamma:0", "beta:0")) for name in kept)


def test_gradients_are_clipped_together() -> None:
    adamw = optimizer.build(Optimizer(clip_norm=1.0), Steps(1, 1, 0))
    weights = [tf.Variable([0.0], name="a"), tf.Variable([0.0], name="b")]
    adamw.apply_gradients(
        [(tf.constant([30.0]), weights[0]), (tf.constant([40.0]), weights[1])]
    )
    # The first moment is a tenth of what is left of the gradient.
    moments = [float(adamw.get_slot(weight, "m")[0]) for weight in weights]

    assert moments == pytest.approx([0.06, 0.08])
