"""Checks the two functions that save and restore the variables of a SavedModel.

Every SavedModel has them. They write and read files, but no server calls the one that
writes. They are accepted only in the form that TensorFlow writes, and only if nothing
else in the model can reach them.
"""

import re
from collections.abc import Iterator
from typing import Any

from newsdesk.inspection.allowed import RESTORE, SAVE
from newsdesk.inspection.parsed import Parsed, called, data, source

# What TensorFlow's saver appends to the prefix of its temporary files.
_SUFFIX = re.compile(rb"\.part|_temp(_[0-9a-f]+)?/part")
_CALLS = ("PartitionedCall", "StatefulPartitionedCall")
# A save function has exactly one of each; `_is_save` unpacks them in this order.
_ONCE = (
    "StaticRegexFullMatch",
    "Select",
    "StringJoin",
    "ShardedFilename",
    "SaveV2",
    "Pack",
    "MergeV2Checkpoints",
)


def functions(parsed: Parsed) -> set[str]:
    """Lists the functions that the model declares as its saver's.

    Args:
        parsed: the model.

    Returns:
        Names of functions; `faults` checks them.
    """
    return {name for _, name, _ in _roles(parsed)}


def faults(parsed: Parsed) -> Iterator[str]:
    """Compares the saver of a model with the one that TensorFlow writes.

    Args:
        parsed: the model.

    Yields:
        Each difference, in words.
    """
    names = functions(parsed)
    filename = source(parsed.meta.saver_def.filename_tensor_name)
    own = {node.name for node, _, _ in _roles(parsed)}
    for node, name, has_shape in _roles(parsed):
        takes = [source(given) for given in data(node)]
        if (
            node.op not in _CALLS
            or filename not in parsed.nodes
            or parsed.nodes[filename].op != "Placeholder"
            or takes[:1] != [filename]
            or {filename, *own} & {*takes[1:]}
            or not has_shape(parsed.functions[name])
        ):
            yield f"its function {name} differs from the one that TensorFlow writes"
    if names:
        yield from _reached(parsed, names, {filename, *own})


def _roles(parsed: Parsed) -> Iterator[tuple[Any, str, Any]]:
    """Yields the nodes that save and restore, their functions, and a check of each."""
    definition = parsed.meta.saver_def
    for tensor, has_shape in (
        (definition.save_tensor_name, _is_save),
        (definition.restore_op_name, _is_restore),
    ):
        node = parsed.nodes.get(source(tensor))
        name = node.attr["f"].func.name if node is not None else ""
        if name in parsed.functions:
            yield node, name, has_shape


def _reached(parsed: Parsed, names: set[str], nodes: set[str]) -> Iterator[str]:
    """Yields uses of the saver's functions and nodes by other parts of the model."""
    for function, node in parsed.everywhere():
        if function is None and node.name in nodes:
            continue
        near = {source(name) for name in node.input} if function is None else set()
        if called(node) & names or near & nodes:
            where = function.signature.name if function else "the graph"
            yield f"{node.name} in {where} uses the saver's functions"
    if names & parsed.reached_from_python():
        yield "its Python objects can call the saver's functions"
    for key, signature in parsed.meta.signature_def.items():
        tensors = (*signature.inputs.values(), *signature.outputs.values())
        if nodes & {source(tensor.name) for tensor in tensors}:
            yield f"its signature {key} uses the saver's functions"
    for key, collection in parsed.meta.collection_def.items():
        if nodes & {source(name) for name in collection.node_list.value}:
            yield f"its {key} uses the saver's functions"


def _is_save(function: Any) -> bool:
    """Whether it only writes next to the prefix that it is given, and renames to it."""
    by_op = _by_op(function)
    if not by_op.keys() <= SAVE or any(len(by_op.get(op, ())) != 1 for op in _ONCE):
        return False
    matched, select, joined, sharded, save, pack, merge = (by_op[op][0] for op in _ONCE)
    prefix = [argument.name for argument in function.signature.input_arg][:1]
    endings = [
        f"{node.name}:output:0" for node in by_op.get("Const", ()) if _is_ending(node)
    ]
    return (
        data(matched) == prefix
        and data(select)[:1] == [f"{matched.name}:output:0"]
        and len(data(select)) == 3
        and set(data(select)[1:]) <= set(endings)
        and data(joined) == [*prefix, f"{select.name}:output:0"]
        and not joined.attr["separator"].s
        and data(sharded)[:1] == [f"{joined.name}:output:0"]
        and data(save)[:1] == [f"{sharded.name}:filename:0"]
        and data(pack) == [f"{sharded.name}:filename:0"]
        and data(merge) == [f"{pack.name}:output:0", *prefix]
    )


def _is_ending(node: Any) -> bool:
    value = node.attr["value"].tensor
    return (
        not value.tensor_shape.dim
        and len(value.string_val) == 1
        and _SUFFIX.fullmatch(value.string_val[0]) is not None
    )


def _is_restore(function: Any) -> bool:
    """Whether it only reads from the prefix that it is given."""
    by_op = _by_op(function)
    prefix = [argument.name for argument in function.signature.input_arg][:1]
    return by_op.keys() <= RESTORE and all(
        data(node)[:1] == prefix for node in by_op.get("RestoreV2", ())
    )


def _by_op(function: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for node in function.node_def:
        found.setdefault(node.op, []).append(node)
    return found
