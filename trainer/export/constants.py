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
    weights = _read_constants(
        graph,
        {
            name: variables[id(handle)]
            for name, handle in handles.items()
            if id(handle) in variables
        },
    )
    _fold(graph, weights)
    given, found = traced.inputs[0], traced.outputs[0]
    needed = _needed(graph, [found.op.name])
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
) -> set[str]:
    """Replaces reads of variables, by the name of their input; returns their names."""
    names = set()
    for node in graph.node:
        if node.op == "ReadVariableOp" and node.input[0] in variables:
            _become_constant(node, variables[node.input[0]].numpy())
            names.add(node.name)
    return names


def _fold(graph: tf.compat.v1.GraphDef, weights: set[str]) -> None:
    """Replaces what is computed from weights alone, such as their parts and casts.

    Args:
        graph: its nodes are in the order of their computation.
        weights: names of constants.
    """
    constant = {node.name for node in graph.node if node.op == "Const"}
    computed = set(weights)
    # Reads of another tensor than the first one of a node have its number.
    several = {_name(one) for node in graph.node for one in node.input if ":" in one}
    for node in graph.node:
        sources = {_name(tensor) for tensor in node.input if tensor[0] != "^"}
        if sources and sources <= constant and node.name not in several:
            constant.add(node.name)
            if sources & computed:
                computed.add(node.name)
    read = {
        _name(tensor)
        for node in graph.node
        if node.name not in constant
        for tensor in node.input
    }
    names = sorted((computed - weights) & read)
    values = tf.function(
        lambda: tf.graph_util.import_graph_def(
            _needed(graph, names), {}, [f"{name}:0" for name in names], name=""
        ),
        autograph=False,
    )()
    nodes = {node.name: node for node in graph.node}
    for name, value in zip(names, values, strict=True):
        _become_constant(nodes[name], value.numpy())


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


def _needed(graph: tf.compat.v1.GraphDef, last: Iterable[str]) -> tf.compat.v1.GraphDef:
    """The part of a graph that computes some nodes."""
    nodes = {node.name: node for node in graph.node}
    waiting = list(last)
    found = set(waiting)
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
