"""Turns a model's variables into constants, in the precision that it computes in.

With variables, every call casts float32 weights again. oneDNN reorders the weights of a
matrix product once if they are constants, and in every call if they are not.
"""

from collections.abc import Callable, Iterable

import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import (
    convert_variables_to_constants_v2,
)

from newsdesk.inspection.operations import MAX_GRAPH_BYTES

# The rest of the graph is below a tenth of the largest SavedModel that we load.
_MAX_BYTES = MAX_GRAPH_BYTES * 9 // 10
_HALF = {
    tf.bfloat16.as_datatype_enum: tf.bfloat16,
    tf.float16.as_datatype_enum: tf.float16,
}

Function = Callable[[tf.Tensor], tf.Tensor]


def fit(weights: Iterable[tf.Variable]) -> bool:
    """Decides whether weights fit into the graph of a SavedModel.

    Args:
        weights: variables.

    Returns:
        False if the graph could be larger than what `newsdesk verify` accepts.
    """
    return sum(one.shape.num_elements() * one.dtype.size for one in weights) < (
        _MAX_BYTES
    )


def with_constants(function: Function, spec: tf.TensorSpec) -> Function:
    """Makes a function that has constants where another one reads variables.

    Args:
        function: takes one tensor, returns one.
        spec: of the tensor.

    Returns:
        A function with the same results; every caller shares its one graph.
    """
    traced = tf.function(function, [spec], autograph=False).get_concrete_function()
    frozen = convert_variables_to_constants_v2(traced, lower_control_flow=False)
    (given,), (found,) = frozen.inputs, frozen.outputs
    graph = frozen.graph.as_graph_def()
    _cast_constants(graph)
    needed = _needed(graph, found.op.name)

    def call(values: tf.Tensor) -> tf.Tensor:
        (result,) = tf.graph_util.import_graph_def(
            needed, {given.op.name: values}, [found.name], name=""
        )
        return tf.ensure_shape(result, found.shape)

    shared: Function = tf.function(call, [spec], autograph=False)
    return shared


def _cast_constants(graph: tf.compat.v1.GraphDef) -> None:
    """Replaces casts of constants to half precision by constants."""
    nodes = {node.name: node for node in graph.node}
    for node in graph.node:
        if node.op != "Cast" or node.attr["DstT"].type not in _HALF:
            continue
        source = nodes[_name(node.input[0])]
        while source.op == "Identity":
            source = nodes[_name(source.input[0])]
        if source.op == "Const":
            dtype = _HALF[node.attr["DstT"].type]
            values = tf.make_ndarray(source.attr["value"].tensor)
            cast = values.astype(dtype.as_numpy_dtype)
            node.op = "Const"
            del node.input[:]
            node.attr.clear()
            node.attr["dtype"].type = dtype.as_datatype_enum
            # tf.make_tensor_proto would write three bytes for each of these numbers.
            tensor = node.attr["value"].tensor
            tensor.dtype = dtype.as_datatype_enum
            tensor.tensor_shape.CopyFrom(source.attr["value"].tensor.tensor_shape)
            tensor.tensor_content = cast.tobytes()


def _needed(graph: tf.compat.v1.GraphDef, last: str) -> tf.compat.v1.GraphDef:
    """The part of a graph that computes a node."""
    nodes = {node.name: node for node in graph.node}
    found = {last}
    waiting = [last]
    while waiting:
        node = nodes[waiting.pop()]
        # They order reads of variables, and would keep unused float32 weights.
        data = [tensor for tensor in node.input if not tensor.startswith("^")]
        node.input[:] = data
        above = {_name(tensor) for tensor in data} - found
        found |= above
        waiting += above
    needed = tf.compat.v1.GraphDef(versions=graph.versions, library=graph.library)
    needed.node.extend(node for node in graph.node if node.name in found)
    return needed


def _name(tensor: str) -> str:
    return tensor.partition(":")[0]
