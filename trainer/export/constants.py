"""Turns a model's variables into constants, in the precision that it computes in.

With variables, every call casts float32 weights again. oneDNN reorders the weights of a
matrix product once if they are constants, and in every call if they are not.
"""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import tensorflow as tf

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
    """Makes a function that has constants where another one reads whole variables.

    Embeddings, of which only some rows are looked up, stay variables: as constants they
    would be no faster, and every process that loads the model would copy them often.

    Args:
        function: takes one tensor, returns one.
        spec: of the tensor.

    Returns:
        A function with the same results; every caller shares its one graph.
    """
    traced = tf.function(function, [spec], autograph=False).get_concrete_function()
    handles = {inner.op.name: handle for handle, inner in traced.graph.captures}
    variables = {id(one.handle): one for one in traced.graph.variables}
    graph = traced.graph.as_graph_def()
    _read_constants(
        graph,
        {
            name: variables[id(handle)]
            for name, handle in handles.items()
            if id(handle) in variables
        },
    )
    _cast_constants(graph)
    given, found = traced.inputs[0], traced.outputs[0]
    needed = _needed(graph, found.op.name)
    kept = {node.name for node in needed.node} & handles.keys()

    def call(values: tf.Tensor) -> tf.Tensor:
        # Of an eager tensor, tf.identity makes one of the graph.
        inputs = {name: tf.identity(handles[name]) for name in kept}
        inputs[given.op.name] = values
        (result,) = tf.graph_util.import_graph_def(
            needed, inputs, [found.name], name=""
        )
        return tf.ensure_shape(result, found.shape)

    shared: Function = tf.function(call, [spec], autograph=False)
    return shared


def _read_constants(
    graph: tf.compat.v1.GraphDef, variables: Mapping[str, tf.Variable]
) -> None:
    """Replaces reads of variables, by the name of their input, by constants."""
    for node in graph.node:
        if node.op == "ReadVariableOp" and node.input[0] in variables:
            _become_constant(node, variables[node.input[0]].numpy())


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
            _become_constant(node, values.astype(dtype.as_numpy_dtype))


def _become_constant(node: tf.compat.v1.NodeDef, values: np.ndarray) -> None:
    dtype = tf.as_dtype(values.dtype).as_datatype_enum
    node.op = "Const"
    del node.input[:]
    node.attr.clear()
    node.attr["dtype"].type = dtype
    # tf.make_tensor_proto would write three bytes for each number in half precision.
    tensor = node.attr["value"].tensor
    tensor.dtype = dtype
    tensor.tensor_shape.CopyFrom(tf.TensorShape(values.shape).as_proto())
    tensor.tensor_content = values.tobytes()


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
