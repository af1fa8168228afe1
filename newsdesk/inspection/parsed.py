"""Reads the graph of a SavedModel from its protocol buffers, without loading it."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from newsdesk import regular
from newsdesk.errors import ModelError

MAX_BYTES = 512 << 20


class Parsed:
    """The graph of a SavedModel, and the functions in its library.

    Attributes:
        meta: the MetaGraphDef.
        nodes: of the graph itself, by name.
        functions: of the library, by name.
        doubled: a name that two nodes or two functions share, None if there is none;
            it is not defined which of the two TensorFlow uses.
    """

    def __init__(self, meta: Any) -> None:
        """Indexes a graph.

        Args:
            meta: a MetaGraphDef.
        """
        library = meta.graph_def.library.function
        self.meta = meta
        self.nodes = {node.name: node for node in meta.graph_def.node}
        self.functions = {function.signature.name: function for function in library}
        scopes = [[node.name for node in meta.graph_def.node]]
        scopes += [[function.signature.name for function in library]]
        scopes += [_names_in(function) for function in library]
        doubled = (name for names in scopes for name in _doubled(names))
        self.doubled = next(doubled, None)

    def everywhere(self) -> Iterator[tuple[Any, Any]]:
        """Iterates over all nodes, of the graph and of its functions.

        Yields:
            The function that contains the node, None for the graph; and the node.
        """
        for node in self.meta.graph_def.node:
            yield None, node
        for function in self.meta.graph_def.library.function:
            for node in function.node_def:
                yield function, node

    def reached_from_python(self) -> set[str]:
        """Lists the functions that the loaded object can call."""
        names = set(self.meta.object_graph_def.concrete_functions)
        for node in self.meta.object_graph_def.nodes:
            names.add(node.bare_concrete_function.concrete_function_name)
            names.update(node.function.concrete_functions)
        return names


def read(file: Path) -> Parsed:
    """Parses a saved_model.pb.

    Args:
        file: of a SavedModel that TensorFlow 2 wrote.

    Returns:
        Its graph.

    Raises:
        ModelError: it cannot be read, or is another kind of SavedModel.
    """
    from google.protobuf.message import DecodeError
    from tensorflow.core.protobuf import saved_model_pb2

    try:
        model = saved_model_pb2.SavedModel.FromString(regular.read(file, MAX_BYTES))
    except (OSError, DecodeError) as error:
        raise ModelError(
            f"{file}: cannot be read as a SavedModel: {error}; use the folder of a "
            "SavedModel"
        ) from None
    graphs = model.meta_graphs
    if len(graphs) != 1 or not graphs[0].object_graph_def.nodes:
        raise ModelError(
            f"{file}: does not contain exactly one graph of TensorFlow 2; save the "
            "model again with tf.saved_model.save"
        )
    return Parsed(graphs[0])


def called(node: Any) -> set[str]:
    """Lists the functions that a node may call.

    Args:
        node: a NodeDef.

    Returns:
        Names that may be functions, the node's operation among them, because a function
        of the library can be called as an operation.
    """
    single = {attr.func.name for attr in node.attr.values()}
    several = {func.name for attr in node.attr.values() for func in attr.list.func}
    return {node.op, *single, *several} - {""}


def data(node: Any) -> list[str]:
    """Lists the data inputs of a node.

    Args:
        node: a NodeDef.

    Returns:
        Its inputs without control inputs, which only set the order of execution.
    """
    return [name for name in node.input if not name.startswith("^")]


def source(name: str) -> str:
    """Finds the node that an input comes from.

    Args:
        name: an input, or the name of a tensor.

    Returns:
        The name of a node, or of an argument of the function.
    """
    return name.removeprefix("^").partition(":")[0]


def _names_in(function: Any) -> list[str]:
    arguments = [argument.name for argument in function.signature.input_arg]
    return arguments + [node.name for node in function.node_def]


def _doubled(names: list[str]) -> Iterator[str]:
    if len(set(names)) < len(names):
        yield from (name for name, count in Counter(names).items() if count > 1)
