"""Constants instead of variables in served graphs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from trainer.export import constants

SPEC = tf.TensorSpec([None, 3], tf.float32)
MOST = constants.most_bytes("bfloat16")


def product(weight: tf.Variable) -> Any:
    """A product in bfloat16 with a float32 variable."""
    return lambda values: tf.matmul(
        tf.cast(values, tf.bfloat16), tf.cast(weight, tf.bfloat16)
    )


def test_weights_are_stored_once_in_the_precision_of_the_products() -> None:
    weight = tf.Variable(np.arange(6, dtype=np.float32).reshape(3, 2) / 7)
    values = tf.constant([[1.0, 2.0, 3.0]])
    shared, made = constants.folded(product(weight), SPEC, MOST)
    caller = tf.function(shared, [SPEC]).get_concrete_function()

    np.testing.assert_array_equal(caller(values), product(weight)(values))

    graph = caller.graph.as_graph_def()
    nodes = [node for one in graph.library.function for node in one.node_def]
    weights = [node.attr["dtype"].type for node in nodes if node.op == "Const"]
    assert weights == [tf.bfloat16.as_datatype_enum]
    assert made == []
    assert not caller.graph.variables
    weight.assign(tf.zeros_like(weight))
    assert np.any(caller(values))


def test_only_parts_of_weights_are_stored_if_only_parts_are_used() -> None:
    weight = tf.Variable(np.arange(6, dtype=np.float32).reshape(2, 3) / 7)

    def divided(values: tf.Tensor) -> tf.Tensor:
        first, second = tf.reshape(weight, [2, 3, 1])[0], weight[1][:, None] / 2
        return tf.matmul(values, first) + tf.matmul(values, second)

    caller, _ = constants.folded(divided, SPEC, MOST)
    values = tf.constant([[1.0, 2.0, 3.0]])

    np.testing.assert_array_equal(caller(values), divided(values))

    graph = tf.function(caller, [SPEC]).get_concrete_function().graph.as_graph_def()
    nodes = [node for one in graph.library.function for node in one.node_def]
    weights = [
        tf.make_ndarray(n.attr["value"].tensor) for n in nodes if n.op == "Const"
    ]
    assert sorted(one.shape for one in weights) == [(3, 1), (3, 1)]


def test_embeddings_stay_variables(tmp_path: Path) -> None:
    table = tf.Variable(np.arange(8, dtype=np.float32).reshape(4, 2))
    module = tf.Module()
    module.table = table
    spec = tf.TensorSpec([None], tf.int32)
    shared, _ = constants.folded(lambda ids: tf.gather(table, ids) + 1.0, spec, MOST)
    caller = tf.function(shared, [spec]).get_concrete_function()

    tf.saved_model.save(module, str(tmp_path), {"serving_default": caller})

    loaded = tf.saved_model.load(str(tmp_path)).signatures["serving_default"]
    (found,) = loaded(tf.constant([3, 0])).values()
    np.testing.assert_array_equal(found, [[7.0, 8.0], [1.0, 2.0]])
    graph = caller.graph.as_graph_def()
    kinds = {node.op for one in graph.library.function for node in one.node_def}
    assert "ResourceGather" in kinds


def test_weights_in_float32_are_never_constants() -> None:
    assert constants.most_bytes("float32") == 0 < MOST


def test_large_weights_are_variables_in_the_precision_of_the_products(
    tmp_path: Path,
) -> None:
    module = tf.Module()
    module.cast = tf.Variable(np.arange(6, dtype=np.float32).reshape(3, 2) / 7)
    module.whole = tf.Variable([0.1, 0.2])
    in_half = product(module.cast)

    def function(values: tf.Tensor) -> tf.Tensor:
        return tf.cast(in_half(values), tf.float32) * module.whole

    shared, module.made = constants.folded(function, SPEC, 0)
    caller = tf.function(shared, [SPEC]).get_concrete_function()
    tf.saved_model.save(module, str(tmp_path), {"serving_default": caller})

    # Only what every call would compute again has a variable of its own.
    assert [one.dtype for one in module.made] == [tf.bfloat16]
    loaded = tf.saved_model.load(str(tmp_path)).signatures["serving_default"]
    values = tf.constant([[1.0, 2.0, 3.0]])
    (found,) = loaded(values).values()
    np.testing.assert_array_equal(found, function(values))
    graph = caller.graph.as_graph_def()
    kinds = [node.op for one in graph.library.function for node in one.node_def]
    # Of the values and of the result, not of the weights.
    assert kinds.count("Cast") == 2
    assert "Const" not in kinds
    module.cast.assign(tf.zeros_like(module.cast))
    assert np.any(caller(values))


def test_weights_that_are_too_large_for_a_graph_are_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small = tf.Variable(tf.zeros([2, 2]))

    monkeypatch.setattr(constants, "_MAX_BYTES", 20)

    assert constants.fit([small])
    assert not constants.fit([small, small])
