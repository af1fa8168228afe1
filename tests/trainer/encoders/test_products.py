"""Dense layers in training compute the same as those of Keras, also gradients."""

import numpy as np
import pytest
import tensorflow as tf
import tf_keras

from trainer.encoders.products import Dense

# A product in bfloat16 has three decimal digits.
TOLERANCES = {"float32": 1e-5, "mixed_bfloat16": 5e-2}


@pytest.mark.parametrize("policy", TOLERANCES)
def test_the_gradients_of_a_dense_layer_are_those_of_keras(policy: str) -> None:
    inputs = tf.random.stateless_normal([7, 5], [1, 2])
    upstream = tf.random.stateless_normal([7, 3], [3, 4])
    ours = Dense(3, dtype=tf_keras.mixed_precision.Policy(policy))
    theirs = tf_keras.layers.Dense(3, dtype=tf_keras.mixed_precision.Policy(policy))
    ours.build([7, 5])
    theirs.build([7, 5])
    theirs.set_weights(ours.get_weights())

    def gradients(layer: tf_keras.layers.Layer, **more: bool) -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            result = layer(inputs, **more)
        sources = [inputs, layer.kernel, layer.bias]
        return tape.gradient(result, sources, tf.cast(upstream, result.dtype))

    found = gradients(ours, training=True)
    for one, other in zip(found, gradients(theirs), strict=True):
        np.testing.assert_allclose(one, other, atol=TOLERANCES[policy])


def test_training_computes_no_bias_gradient_on_one_thread() -> None:
    layer = Dense(3)
    layer.build([7, 5])

    @tf.function
    def gradient(inputs: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            result = layer(inputs, training=True)
        return tape.gradient(result, layer.bias)

    graph = gradient.get_concrete_function(tf.TensorSpec([None, 5])).graph
    assert "BiasAddGrad" not in {operation.type for operation in graph.get_operations()}
