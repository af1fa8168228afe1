"""Checks that the tables of a SavedModel read only its own assets.

The name of a file passes through variables, calls and arguments. The check follows it
backwards, from the operation that reads the file to where the name comes from.
"""

from collections.abc import Iterator
from typing import Any

from newsdesk.inspection.parsed import Parsed, called, data, source

_READS = "InitializeTableFromTextFileV2"
_FILE_INPUT = 1
_CALLS = ("PartitionedCall", "StatefulPartitionedCall")
# Uses of a variable that cannot change its value.
_HARMLESS = ("DisableCopyOnRead", "ReadVariableOp", "VarIsInitializedOp")

# For each function that reads a file, the positions of the arguments that name it.
_Positions = dict[str, set[int]]


def faults(parsed: Parsed) -> Iterator[str]:
    """Finds reads of files that are not assets of the model.

    Args:
        parsed: the model.

    Yields:
        What could read such a file, in words.
    """
    yield from _assets(parsed)
    positions = _positions(parsed)
    for function, node in parsed.everywhere():
        where = f"function {function.signature.name}" if function else "the graph"
        if node.op not in _CALLS and called(node) & positions.keys():
            yield f"{where} passes a function that reads a file to {node.op}"
        for name in _files(node, positions):
            if function is None:
                is_asset = _is_asset(parsed, name)
            else:
                is_asset = _argument(function, name) is not None
            if not is_asset:
                yield f"{where} has {node.op} of a file that is not an asset"
    yield from _captured(parsed, positions)


def _assets(parsed: Parsed) -> Iterator[str]:
    """Yields assets outside their folder, and assets whose path a caller could set."""
    tensors = {source(asset.tensor_info.name) for asset in parsed.meta.asset_file_def}
    for name in tensors:
        if name not in parsed.nodes or parsed.nodes[name].op != "Placeholder":
            yield f"the path of its asset is {name}, not a placeholder"
    for asset in parsed.meta.asset_file_def:
        name = asset.filename
        if name in ("", ".", "..") or {"/", "\\", "\0"} & set(name):
            yield f"its asset {name!r} is outside of assets/"
    for key, signature in parsed.meta.signature_def.items():
        for tensor in signature.inputs.values():
            given = parsed.nodes.get(source(tensor.name))
            if given is None or given.op != "Placeholder" or given.name in tensors:
                yield f"its signature {key} has the input {tensor.name}"


def _positions(parsed: Parsed) -> _Positions:
    """Finds the arguments that name files, from callees up to callers."""
    positions: _Positions = {}
    # Repeats until nothing changes, because functions may call each other.
    while True:
        found: _Positions = {name: set(known) for name, known in positions.items()}
        for name, function in parsed.functions.items():
            for node in function.node_def:
                for given in _files(node, positions):
                    position = _argument(function, given)
                    if position is not None:
                        found.setdefault(name, set()).add(position)
        if found == positions:
            return positions
        positions = found


def _files(node: Any, positions: _Positions) -> list[str]:
    """Lists the inputs of a node that name files; "" for a missing one."""
    if node.op == _READS:
        naming = {_FILE_INPUT}
    elif node.op in _CALLS:
        naming = positions.get(node.attr["f"].func.name, set())
    else:
        return []
    given = dict(enumerate(data(node)))
    return [given.get(position, "") for position in sorted(naming)]


def _argument(function: Any, name: str) -> int | None:
    """The position of the argument that an input passes on unchanged, or None."""
    nodes = {node.name: node for node in function.node_def}
    given = _behind_identities(nodes, name)
    arguments = [argument.name for argument in function.signature.input_arg]
    return arguments.index(given) if given in arguments else None


def _behind_identities(nodes: dict[str, Any], name: str) -> str:
    name = source(name)
    for _ in range(len(nodes)):
        if name not in nodes or nodes[name].op != "Identity" or not data(nodes[name]):
            break
        name = source(data(nodes[name])[0])
    return name


def _is_asset(parsed: Parsed, name: str) -> bool:
    """Whether an input of the graph is a path that the loader sets for an asset."""
    tensors = {source(asset.tensor_info.name) for asset in parsed.meta.asset_file_def}
    name = _behind_identities(parsed.nodes, name)
    node = parsed.nodes.get(name)
    if node is None or node.op != "ReadVariableOp":
        return name in tensors
    variable = parsed.nodes.get(source("".join(data(node)[:1])))
    if variable is None or variable.op != "VarHandleOp" or _is_shared(parsed, variable):
        return False
    users = [
        user
        for user in parsed.nodes.values()
        if variable.name in map(source, data(user)) and user.op not in _HARMLESS
    ]
    return all(
        user.op == "AssignVariableOp" and source("".join(data(user)[1:])) in tensors
        for user in users
    )


def _is_shared(parsed: Parsed, variable: Any) -> bool:
    """Whether another node refers to the same variable."""
    same = [
        node
        for _, node in parsed.everywhere()
        if node.op == "VarHandleOp" and _variable_name(node) == _variable_name(variable)
    ]
    return len(same) > 1


def _variable_name(node: Any) -> tuple[bytes, bytes]:
    return node.attr["container"].s, node.attr["shared_name"].s or node.name.encode()


def _captured(parsed: Parsed, positions: _Positions) -> Iterator[str]:
    """Yields functions that Python objects give a file that is not an asset."""
    objects = parsed.meta.object_graph_def
    for name in sorted(parsed.reached_from_python() & positions.keys()):
        bound = list(objects.concrete_functions[name].bound_inputs)
        first = len(parsed.functions[name].signature.input_arg) - len(bound)
        for position in positions[name]:
            number = bound[position - first] if position >= first else -1
            if not 0 <= number < len(objects.nodes) or (
                objects.nodes[number].WhichOneof("kind") != "asset"
            ):
                yield f"function {name} reads a file that is not an asset"
