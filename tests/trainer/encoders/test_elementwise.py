"""Functions compiled for training compute the same as TensorFlow, also gradients."""

import numpy as np
import pytest
import tensorflow as tf

from trainer.encoders.elementwise import (
    NO_DROPOUT,
    Dropout,
    Norm,
    add_and_normalize,
    gelu,
    served_normalization,
)

EPSILON = 1e-5


def normal(*shape: int) -> tf.Tensor:
    seed = [len(shape), sum(shape)]
    return 2.0 * tf.random.stateless_normal(shape, seed)


def test_the_gradient_of_gelu_is_tensorflows() -> None:
    values, upstream = normal(7, 9), normal(9)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(values)
        ours = gelu(values, compiled=True)
        theirs = tf.nn.gelu(values, approximate=False)

    np.testing.assert_allclose(ours, theirs, atol=1e-6)
    np.testing.assert_allclose(gelu(values, compiled=False), theirs, atol=1e-6)
    upstream = tf.broadcast_to(upstream, values.shape)
    np.testing.assert_allclose(
        tape.gradient(ours, values, upstream),
        tape.gradient(theirs, values, upstream),
        atol=1e-5,
    )


@pytest.mark.parametrize("shape", [(7, 9), (2, 3, 9)])
def test_the_gradients_of_a_layer_norm_are_tensorflows(shape: tuple[int, ...]) -> None:
    values, added = normal(*shape), normal(*shape) * 0.3
    gamma, beta, upstream = normal(9), normal(9), normal(*shape, 1)[..., 0]
    inputs = [values, added, gamma, beta]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(inputs)
        norm = Norm(gamma, beta, EPSILON)
        ours = add_and_normalize(values, added, norm, NO_DROPOUT, compiled=True)
        mean, variance = tf.nn.moments(values + added, [-1], keepdims=True)
        theirs = tf.nn.batch_normalization(
            values + added, mean, variance, beta, gamma, EPSILON
        )

    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    found = tape.gradient(ours, inputs, upstream)
    expected = tape.gradient(theirs, inputs, upstream)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_dropout_before_a_layer_norm_is_one_draw_compiled_or_not() -> None:
    values, added, upstream = normal(7, 9), normal(9, 7), normal(7, 9, 1)[..., 0]
    added = tf.reshape(added, [7, 9])
    norm = Norm(normal(9), normal(9), EPSILON)
    dropout = Dropout(0.4, tf.constant([1, 2]), 3)
    inputs = [values, added, norm.gamma, norm.beta]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(inputs)
        ours = add_and_normalize(values, added, norm, dropout, compiled=True)
        theirs = add_and_normalize(values, added, norm, dropout, compiled=False)

    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    found = tape.gradient(ours, inputs, upstream)
    expected = tape.gradient(theirs, inputs, upstream)
    assert (found[1].numpy() == 0).any()
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_a_lower_precision_is_close(dtype: str) -> None:
    values = tf.cast(normal(5, 9), dtype)
    exact = gelu(tf.cast(values, tf.float32), compiled=False)

    assert gelu(values, compiled=True).dtype == dtype
    found = tf.cast(gelu(values, compiled=True), tf.float32)
    np.testing.assert_allclose(found, exact, rtol=0.01)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_served_normalization_has_its_own_epsilon(dtype: str) -> None:
    random = np.random.default_rng(0)
    values = (random.normal(size=[40, 64]) * 1e-3).astype(np.float32)
    gamma, beta = random.normal(size=[2, 64]).astype(np.float32)
    centred = values - values.mean(1, keepdims=True)
    expected = centred / np.sqrt(np.square(centred).mean(1, keepdims=True) + 1e-6)
    norm = Norm(tf.constant(gamma), tf.constant(beta), 1e-6)
    served = tf.function(
        lambda rows: served_normalization(tf.cast(rows, dtype), [], norm),
        [tf.TensorSpec([None, 64], tf.float32)],
        autograph=False,
    )

    found = tf.cast(served(values), tf.float32)

    tolerance = 1e-4 if dtype == "float32" else 0.05
    np.testing.assert_allclose(found, expected * gamma + beta, atol=tolerance)
