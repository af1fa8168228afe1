"""The files that a SavedModel's tables are read from: its own assets, and no others.

A file's name flows through variables, calls and arguments. It is followed backwards
from the operation that reads to where it came from.
"""

from collections.abc import Iterator
from typing import Any

from newsdesk.inspection.parsed import Parsed, called, data, source

_READS = "InitializeTableFromTextFileV2"
_FILE_INPUT = 1
_CALLS = ("PartitionedCall", "StatefulPartitionedCall")
_HARMLESS = ("DisableCopyOnRead", "ReadVariableOp", "VarIsInitializedOp")

# For each function that reads a file, the places of the arguments that name it.
_Places = dict[str, set[int]]


def faults(parsed: Parsed) -> Iterator[str]:
    """Looks where the names of files come from.

    Args:
        parsed: the model.

    Yields:
        What could read another file than an asset.
    """
    yield from _assets(parsed)
    places = _places(parsed)
    for function, node in parsed.everywhere():
        where = f"function {function.signature.name}" if function else "the graph"
        if node.op not in _CALLS and called(node) & places.keys():
            yield f"{where} calls {node.op} of a function that reads a file"
        for name in _files(node, places):
            if function is None:
                is_asset = _is_asset(parsed, name)
            else:
                is_asset = _argument(function, name) is not None
            if not is_asset:
                yield f"{where} has {node.op} of a file that is no asset"
    yield from _captured(parsed, places)


def _assets(parsed: Parsed) -> Iterator[str]:
    """Assets that are not in their folder, or could be given another name."""
    tensors = {source(one.tensor_info.name) for one in parsed.meta.asset_file_def}
    for name in tensors:
        if name not in parsed.nodes or parsed.nodes[name].op != "Placeholder":
            yield f"the path of its asset is no placeholder, but {name}"
    for asset in parsed.meta.asset_file_def:
        name = asset.filename
        if name in ("", ".", "..") or {"/", "\\", "\0"} & set(name):
            yield f"its asset {name!r} lies outside assets/"
    for key, signature in parsed.meta.signature_def.items():
        for tensor in signature.inputs.values():
            given = parsed.nodes.get(source(tensor.name))
            if given is None or given.op != "Placeholder" or given.name in tensors:
                yield f"its signature {key} takes {tensor.name}"


def _places(parsed: Parsed) -> _Places:
    """Passes file names from callees up to callers until nothing is new."""
    places: _Places = {}
    while True:
        found: _Places = {name: set(known) for name, known in places.items()}
        for name, function in parsed.functions.items():
            for node in function.node_def:
                for given in _files(node, places):
                    place = _argument(function, given)
                    if place is not None:
                        found.setdefault(name, set()).add(place)
        if found == places:
            return places
        places = found


def _files(node: Any, places: _Places) -> list[str]:
    """The inputs of a node that name files; "" for one that is not there."""
    if node.op == _READS:
        wanted = {_FILE_INPUT}
    elif node.op in _CALLS:
        wanted = places.get(node.attr["f"].func.name, set())
    else:
        return []
    given = dict(enumerate(data(node)))
    return [given.get(place, "") for place in sorted(wanted)]


def _argument(function: Any, name: str) -> int | None:
    """The place of the argument that an input is, if it is one unchanged."""
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
    """Whether an input of the graph is the path that the loader gives an asset."""
    tensors = {source(one.tensor_info.name) for one in parsed.meta.asset_file_def}
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
    """Whether another node is a name of the same variable."""
    same = [
        node
        for _, node in parsed.everywhere()
        if node.op == "VarHandleOp" and _variable_name(node) == _variable_name(variable)
    ]
    return len(same) > 1


def _variable_name(node: Any) -> tuple[bytes, bytes]:
    return node.attr["container"].s, node.attr["shared_name"].s or node.name.encode()


def _captured(parsed: Parsed, places: _Places) -> Iterator[str]:
    """What Python gives to a function that reads a file must be an asset, too."""
    objects = parsed.meta.object_graph_def
    for name in sorted(parsed.reached_from_python() & places.keys()):
        bound = list(objects.concrete_functions[name].bound_inputs)
        first = len(parsed.functions[name].signature.input_arg) - len(bound)
        for place in places[name]:
            number = bound[place - first] if place >= first else -1
            if not 0 <= number < len(objects.nodes) or (
                objects.nodes[number].WhichOneof("kind") != "asset"
            ):
                yield f"function {name} reads a file that is no asset"
