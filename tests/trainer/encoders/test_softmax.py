"""Attention weights that XLA computes are those of TensorFlow, also gradients."""

import numpy as np
import pytest
import tensorflow as tf

from trainer.encoders.dropout import drop
from trainer.encoders.elementwise import NO_DROPOUT, Dropout
from trainer.encoders.softmax import dropped_softmax, masked_softmax

MASK = tf.constant([[True, True, True, False], [True, False, False, False]])
SCALE = 0.25


def normal(*shape: int) -> tf.Tensor:
    return 3.0 * tf.random.stateless_normal(shape, [len(shape), sum(shape)])


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_padding_has_no_weight(dtype: str) -> None:
    scores = tf.cast(normal(2, 1, 4, 4) * 1e3, dtype)
    weights = tf.cast(masked_softmax(scores, MASK), tf.float32).numpy()

    assert (weights[0, :, :, 3] == 0).all()
    assert (weights[1, :, :, 0] == 1).all()
    np.testing.assert_allclose(weights.sum(-1), 1, atol=0.01)


@pytest.mark.parametrize("dropout", [NO_DROPOUT, Dropout(0.4, tf.constant([1, 2]), 3)])
def test_one_pass_computes_what_the_operations_compute(dropout: Dropout) -> None:
    products, upstream = normal(2, 3, 4, 4), normal(4, 3, 2, 4)
    upstream = tf.reshape(upstream, products.shape)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(products)
        ours = dropped_softmax(products, MASK, SCALE, dropout)
        theirs = drop(masked_softmax(products * SCALE, MASK), *dropout)

    np.testing.assert_allclose(ours, theirs, atol=1e-6)
    np.testing.assert_allclose(
        tape.gradient(ours, products, upstream),
        tape.gradient(theirs, products, upstream),
        atol=1e-5,
    )


def test_a_lower_precision_is_close() -> None:
    products = normal(2, 3, 4, 4)
    exact = dropped_softmax(products, MASK, SCALE, NO_DROPOUT)
    low = tf.cast(products, tf.bfloat16)
    found = dropped_softmax(low, MASK, SCALE, NO_DROPOUT)

    assert found.dtype == tf.bfloat16
    np.testing.assert_allclose(tf.cast(found, tf.float32), exact, atol=0.02)
