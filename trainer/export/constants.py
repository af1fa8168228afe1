"""Computes in advance what an exported model would compute from its weights alone.

Otherwise every call would cast float32 weights again, and cut them into parts. In half
precision, the results are constants of the graph: oneDNN reorders the weights of a
product once if they are constants, and in every call if they are not. In float32 this
gains nothing, and a process that loads a model has up to 20 copies of its constants in
memory for a while. So weights in float32, and those of a large model, are variables.
"""

from collections.abc import Callable, Collection, Iterable, Mapping

import numpy as np
import tensorflow as tf

from newsdesk.inspection.operations import MAX_GRAPH_BYTES

# Of a graph with constants: MiniLM has 21 MB in half precision. With 340 MB, a process
# had 7.7 GiB at its first answer.
_MOST_BYTES = 64 * 2**20
# The rest of the graph is below a tenth of the largest SavedModel that we load.
_MAX_BYTES = MAX_GRAPH_BYTES * 9 // 10

Function = Callable[[tf.Tensor], tf.Tensor]


def fit(weights: Iterable[tf.Variable]) -> bool:
    """Decides whether a graph may hold weights.

    Args:
        weights: variables.

    Returns:
        Whether to use `folded`.
    """
    return sum(map(_bytes, weights)) < _MAX_BYTES


def most_bytes(precision: str) -> int:
    """Decides how large a graph with constants may be.

    Args:
        precision: what the model computes in.

    Returns:
        A number of bytes for `folded`.
    """
    return 0 if precision == "float32" else _MOST_BYTES


def folded(
    function: Function, spec: tf.TensorSpec, most: int
) -> tuple[Function, list[tf.Variable]]:
    """Makes a function that computes nothing from weights alone.

    Embeddings, of which only some rows are looked up, stay variables: as constants they
    would be no faster.

    Args:
        function: takes one tensor, returns one.
        spec: of the tensor.
        most: bytes of a graph with constants; a larger one has variables instead.

    Returns:
        A function with the same results, whose one graph every caller shares; and new
        variables, for what was computed from weights and is not a constant.
    """
    traced = tf.function(function, [spec], autograph=False).get_concrete_function()
    handles = {inner.op.name: handle for handle, inner in traced.graph.captures}
    variables = {id(one.handle): one for one in traced.graph.variables}
    graph = traced.graph.as_graph_def()
    weights = {
        node.name: variables[id(handles[node.input[0]])]
        for node in graph.node
        if node.op == "ReadVariableOp" and id(handles.get(node.input[0])) in variables
    }
    computed = _fold(graph, weights.keys(), handles)
    given, found = traced.inputs[0], traced.outputs[0]
    needed = _needed(graph, [found.op.name])
    values = weights | computed
    stored = [values[node.name] for node in needed.node if node.name in values]
    read: dict[str, tf.Variable] = {}
    if needed.ByteSize() + sum(map(_bytes, stored)) <= most:
        for node in needed.node:
            if node.name in values:
                _become_constant(node, values[node.name].numpy())
        needed = _needed(needed, [found.op.name])
    else:
        read = {
            name: tf.Variable(value, trainable=False, name="served")
            for name, value in computed.items()
        }
    kept = {node.name for node in needed.node} & handles.keys()

    def call(values: tf.Tensor) -> tf.Tensor:
        # Of an eager tensor, tf.identity makes one of the graph.
        inputs = {name: tf.identity(handles[name]) for name in kept}
        inputs |= {name: tf.convert_to_tensor(one) for name, one in read.items()}
        inputs[given.op.name] = values
        (result,) = tf.graph_util.import_graph_def(
            needed, inputs, [found.name], name=""
        )
        return tf.ensure_shape(result, found.shape)

    shared: Function = tf.function(call, [spec], autograph=False)
    return shared, list(read.values())


def _fold(
    graph: tf.compat.v1.GraphDef,
    weights: Collection[str],
    handles: Mapping[str, tf.Tensor],
) -> dict[str, tf.Tensor]:
    """Computes what depends on weights alone, such as their parts and casts.

    Args:
        graph: its nodes are in the order of their computation. Those that are computed
            become placeholders.
        weights: names of the nodes that read variables.
        handles: the captured tensors, by the names of their placeholders.

    Returns:
        What other nodes read of it, by the name of the placeholder.
    """
    constant = {node.name for node in graph.node if node.op == "Const"} | set(weights)
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
    names = sorted((computed - set(weights)) & read)
    needed = _needed(graph, names)
    kept = {node.name for node in needed.node} & handles.keys()
    values = tf.function(
        lambda: tf.graph_util.import_graph_def(
            needed,
            {name: tf.identity(handles[name]) for name in kept},
            [f"{name}:0" for name in names],
            name="",
        ),
        autograph=False,
    )()
    found = dict(zip(names, values, strict=True))
    for node in graph.node:
        if node.name in found:
            node.op = "Placeholder"
            del node.input[:]
            node.attr.clear()
            node.attr["dtype"].type = found[node.name].dtype.as_datatype_enum
    return found


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


def _bytes(values: tf.Tensor | tf.Variable) -> int:
    return int(values.shape.num_elements() * values.dtype.size)


def _name(tensor: str) -> str:
    return tensor.partition(":")[0]
