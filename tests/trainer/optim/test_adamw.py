"""AdamW: the numbers of tf-models, rows of embeddings, rates by depth, overflow."""

from collections.abc import Callable

import numpy as np
import pytest
import tensorflow as tf
from official.modeling.optimization.legacy_adamw import AdamWeightDecay

from newsdesk.config.train import Optimizer
from trainer.optim import optimizer
from trainer.optim.adamw import NOT_DECAYED, AdamW
from trainer.optim.optimizer import Steps
from trainer.optim.precision import LossScale
from trainer.optim.updates import Gradient

STEPS = Steps(per_epoch=10, total=10, warmup=3)
CONFIG = Optimizer(learning_rate=0.1, weight_decay=0.3, clip_norm=1.5)


@pytest.fixture
def weights() -> list[tf.Variable]:
    """A kernel, a bias and an embedding of five rows."""
    random = np.random.default_rng(0)
    return [
        tf.Variable(random.normal(size=shape), dtype=tf.float32, name=name)
        for name, shape in (("kernel", (3, 4)), ("bias", (4,)), ("rows", (5, 2)))
    ]


def gradients_of(step: int, rows: list[int]) -> list[Gradient]:
    random = np.random.default_rng([1, step])
    kernel, bias, values = (
        tf.constant(random.normal(size=shape), tf.float32)
        for shape in ((3, 4), (4,), (len(rows), 2))
    )
    slices = tf.IndexedSlices(values, tf.constant(rows), tf.constant([5, 2]))
    return [kernel, bias, slices]


def train(
    adamw: tf.keras.optimizers.Optimizer, weights: list[tf.Variable], rows: list[int]
) -> list[np.ndarray]:
    """The weights after ten steps from where they are; they are put back then."""
    before = [weight.numpy() for weight in weights]
    for step in range(10):
        gradients = gradients_of(step, rows)
        adamw.apply_gradients(list(zip(gradients, weights, strict=True)))
    after = [weight.numpy() for weight in weights]
    for weight, value in zip(weights, before, strict=True):
        weight.assign(value)
    return after


def test_its_numbers_are_those_of_tf_models(weights: list[tf.Variable]) -> None:
    theirs = AdamWeightDecay(
        learning_rate=optimizer.WarmupThenDecay(0.1, STEPS),
        weight_decay_rate=0.3,
        gradient_clip_norm=1.5,
        epsilon=1e-6,
        exclude_from_weight_decay=list(NOT_DECAYED),
    )
    expected = train(theirs, weights, rows=[4, 1])
    found = train(optimizer.build(CONFIG, STEPS), weights, rows=[4, 1])

    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_rows_that_come_up_twice_are_added_up(weights: list[tf.Variable]) -> None:
    def moments(rows: list[int], values: list[list[float]]) -> np.ndarray:
        adamw = optimizer.build(Optimizer(clip_norm=1.0), STEPS)
        slices = tf.IndexedSlices(tf.constant(values), rows, tf.constant([5, 2]))
        adamw.apply_gradients([(slices, weights[2])])
        return adamw.get_slot(weights[2], "m").numpy()

    once = moments([3], [[3.0, 4.0]])
    twice = moments([3, 3], [[1.0, 4.0], [2.0, 0.0]])

    np.testing.assert_allclose(once[3], [0.06, 0.08], rtol=1e-5)
    np.testing.assert_allclose(twice, once, rtol=1e-6)


def test_lazy_embeddings_change_only_in_the_rows_of_the_batch(
    weights: list[tf.Variable],
) -> None:
    before = weights[2].numpy()
    lazy = optimizer.build(CONFIG.model_copy(update={"lazy_embeddings": True}), STEPS)
    eager = optimizer.build(CONFIG, STEPS)
    found = train(lazy, weights, rows=[4, 1, 4])
    expected = train(eager, weights, rows=[4, 1, 4])

    np.testing.assert_array_equal(found[2][[0, 2, 3]], before[[0, 2, 3]])
    # Rows of every batch have no history to make up for.
    np.testing.assert_allclose(found[2][[1, 4]], expected[2][[1, 4]], atol=1e-6)
    np.testing.assert_allclose(found[0], expected[0], atol=1e-6)
    assert np.abs(expected[2][[0, 2, 3]] - before[[0, 2, 3]]).min() > 1e-4


def test_lower_layers_learn_at_lower_rates() -> None:
    weights = [tf.Variable([1.0, 1.0], name=name) for name in ("below", "above", "top")]
    config = Optimizer(learning_rate=0.1, weight_decay=0.0, layer_decay=0.5)
    adamw = optimizer.build(config, Steps(9, 9, 0), [weights[:1], weights[1:2]])
    adamw.apply_gradients([(tf.ones([2]), weight) for weight in weights])
    moved = [1 - float(weight[0]) for weight in weights]

    assert moved == pytest.approx([0.025, 0.05, 0.1], rel=1e-3)


def test_decay_follows_the_rate_of_the_layer() -> None:
    weight = tf.Variable([1.0], name="kernel")
    config = Optimizer(learning_rate=0.1, weight_decay=0.5, layer_decay=0.5)
    adamw = optimizer.build(config, Steps(9, 9, 0), [[weight]])
    adamw.apply_gradients([(tf.zeros([1]), weight)])

    assert float(weight[0]) == pytest.approx(1 - 0.05 * 0.5)


@pytest.fixture
def scaled() -> Callable[[bool], tuple[AdamW, LossScale]]:
    """Builds an optimizer for losses that are multiplied by 2 ** 15."""

    def build(lazy: bool) -> tuple[AdamW, LossScale]:
        scale = LossScale()
        config = CONFIG.model_copy(update={"lazy_embeddings": lazy})
        return optimizer.build(config, STEPS, loss_scale=scale), scale

    return build


@pytest.mark.parametrize("lazy", [False, True])
def test_a_scaled_loss_changes_nothing(
    weights: list[tf.Variable],
    scaled: Callable[[bool], tuple[AdamW, LossScale]],
    lazy: bool,
) -> None:
    adamw, scale = scaled(lazy)
    config = CONFIG.model_copy(update={"lazy_embeddings": lazy})
    plain = optimizer.build(config, STEPS)
    before = [weight.numpy() for weight in weights]
    gradients = gradients_of(0, [1, 2])
    plain.apply_gradients(list(zip(gradients, weights, strict=True)))
    expected = [weight.numpy() for weight in weights]
    for weight, value in zip(weights, before, strict=True):
        weight.assign(value)
    larger = [
        tf.IndexedSlices(
            gradient.values * scale.scale, gradient.indices, gradient.dense_shape
        )
        if isinstance(gradient, tf.IndexedSlices)
        else gradient * scale.scale
        for gradient in gradients
    ]
    adamw.apply_gradients(list(zip(larger, weights, strict=True)))

    for weight, value in zip(weights, expected, strict=True):
        np.testing.assert_allclose(weight.numpy(), value, atol=1e-6)


@pytest.mark.parametrize("bad", ["inf", "nan"])
@pytest.mark.parametrize("lazy", [False, True])
def test_a_step_that_overflows_moves_nothing_and_halves_the_scale(
    weights: list[tf.Variable],
    scaled: Callable[[bool], tuple[AdamW, LossScale]],
    lazy: bool,
    bad: str,
) -> None:
    adamw, scale = scaled(lazy)
    adamw.apply_gradients(list(zip(gradients_of(0, [0, 1]), weights, strict=True)))
    kept = [value.numpy() for value in [*weights, *adamw.variables()[1:]]]
    gradients = gradients_of(1, [1, 2])
    gradients[0] = tf.fill([3, 4], float(bad))
    adamw.apply_gradients(list(zip(gradients, weights, strict=True)))

    for value, old in zip([*weights, *adamw.variables()[1:]], kept, strict=True):
        np.testing.assert_array_equal(value.numpy(), old)
    assert float(scale.scale) == 2.0**14
    assert int(adamw.iterations) == 2


def test_the_scale_doubles_after_two_thousand_good_steps() -> None:
    scale = LossScale()
    scale.good_steps.assign(1998)
    seen = []
    for finite in (True, True, True, False):
        scale.update(tf.constant(finite))
        seen.append((float(scale.scale), int(scale.good_steps)))

    assert seen == [(2**15, 1999), (2**16, 0), (2**16, 1), (2**15, 0)]
