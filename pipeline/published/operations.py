"""Refuses a SavedModel that could do more than classify, before it is loaded.

A SavedModel is a program. What stands in it is held against lists of what may stand
there, by parsing the protocol buffers; nothing is loaded or executed.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.errors import ModelError
from pipeline.published.allowed import OPERATIONS, RESTORE, SAVE

MAX_GRAPH_BYTES = 512 << 20
MAX_FILE_BYTES = 8 << 30
MAX_FILES = 1000
_LAYOUT = re.compile(
    r"saved_model\.pb|fingerprint\.pb|keras_metadata\.pb|variables/variables\.index"
    r"|variables/variables\.data-\d{5}-of-\d{5}|assets/[^/]+|assets\.extra/[^/]+"
)
_PICKLE = re.compile(r".+\.(bin|dill|joblib|npy|npz|pickle|pkl|pt|pth|h5|keras)$")
_PATH = re.compile(r"/.+|.*\.\./.*|[A-Za-z][A-Za-z0-9+.-]*://.*", re.DOTALL)
_TEMPORARY = re.compile(rb"_temp(_[0-9a-f]+)?/part")


def check(folder: Path) -> None:
    """Checks what a model consists of, without loading it.

    Args:
        folder: of the SavedModel.

    Raises:
        ModelError: a file, an operation or a path that has no business there; names
            it and the function that it stands in.
    """
    _check_files(folder)
    graph = _parsed(folder / "saved_model.pb")
    for asset in graph.asset_file_def:
        name = asset.filename
        if not name or name in (".", "..") or "/" in name or "\\" in name:
            raise _refused(folder, f"its asset {name!r} lies outside assets/")
    functions = {one.signature.name: one for one in graph.graph_def.library.function}
    savers = _savers(folder, graph, functions)
    for where, node in _nodes(graph, savers):
        if node.op not in OPERATIONS and node.op not in functions:
            raise _refused(folder, f"{where} has the operation {node.op}")
        if path := _constant_path(node):
            raise _refused(folder, f"{where} has the path {path!r} as a constant")
        if where != "the graph" and _called(node) & savers:
            raise _refused(folder, f"{where} calls the saver's functions")


def _refused(folder: Path, why: str) -> ModelError:
    return ModelError(
        f"{folder}: {why}, which a text classifier does not need; nothing of the model "
        "was loaded. Take it from a source that you trust, and export it for inference"
    )


def _check_files(folder: Path) -> None:
    count = 0
    for above, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(above, name)
            inside = path.relative_to(folder).as_posix()
            if path.is_symlink() or not (path.is_dir() or path.is_file()):
                raise _refused(folder, f"{inside} is neither a file nor a folder")
            if name in folders:
                continue
            count += 1
            size = path.stat().st_size
            limit = MAX_GRAPH_BYTES if name == "saved_model.pb" else MAX_FILE_BYTES
            if size > limit:
                raise _refused(folder, f"{inside} has {size:,} of {limit:,} bytes")
            if not _LAYOUT.fullmatch(inside) or _PICKLE.fullmatch(inside.lower()):
                raise _refused(folder, f"there is a file {inside}")
    if count > MAX_FILES:
        raise _refused(folder, f"it has {count} of {MAX_FILES} files")


def _parsed(file: Path) -> Any:
    from google.protobuf.message import DecodeError
    from tensorflow.core.protobuf import saved_model_pb2

    try:
        model = saved_model_pb2.SavedModel.FromString(file.read_bytes())
    except (OSError, DecodeError) as error:
        raise ModelError(
            f"{file}: cannot be read as a SavedModel: {error}; name the folder of one"
        ) from None
    if len(model.meta_graphs) != 1:
        raise _refused(file.parent, f"it holds {len(model.meta_graphs)} graphs")
    return model.meta_graphs[0]


def _nodes(graph: Any, savers: set[str]) -> Iterator[tuple[str, Any]]:
    for node in graph.graph_def.node:
        yield "the graph", node
    for function in graph.graph_def.library.function:
        if function.signature.name not in savers:
            for node in function.node_def:
                yield f"function {function.signature.name}", node


def _constant_path(node: Any) -> str | None:
    """A string constant that a table could be made to read a file by."""
    value = node.attr["value"].tensor if node.op == "Const" else None
    if value is None or value.tensor_shape.dim or len(value.string_val) != 1:
        return None
    text: str = value.string_val[0].decode("utf-8", "replace")
    return text if _PATH.fullmatch(text) else None


def _savers(folder: Path, graph: Any, functions: dict[str, Any]) -> set[str]:
    """The functions that save and restore; every SavedModel has them in one shape.

    Nothing but the saver's own two nodes may call them, and both take the file's name
    from the saver's placeholder alone.
    """
    definition = graph.saver_def
    wanted = {
        definition.save_tensor_name.partition(":")[0]: _is_save,
        definition.restore_op_name: _is_restore,
    }
    placeholder = definition.filename_tensor_name.partition(":")[0]
    found = set()
    for node in graph.graph_def.node:
        name = node.attr["f"].func.name if "f" in node.attr else ""
        has_shape = wanted.get(node.name)
        if has_shape is None or name not in functions:
            continue
        if not has_shape(functions[name]) or node.input[0] != placeholder:
            raise _refused(folder, f"{name} is not as TensorFlow's saver writes it")
        found.add(name)
    callers = [node.name for node in graph.graph_def.node if _called(node) & found]
    if set(callers) - set(wanted):
        raise _refused(folder, "the graph calls the saver's functions")
    return found


def _called(node: Any) -> set[str]:
    """The names of the functions that a node may call."""
    single = {attr.func.name for attr in node.attr.values()}
    several = {one.name for attr in node.attr.values() for one in attr.list.func}
    return {node.op} | single | several


def _is_save(function: Any) -> bool:
    by_op = _by_op(function)
    single = ("SaveV2", "MergeV2Checkpoints", "ShardedFilename", "StringJoin", "Select")
    if not by_op.keys() <= SAVE or any(len(by_op.get(op, ())) != 1 for op in single):
        return False
    save, merge, sharded, joined, select = (by_op[op][0] for op in single)
    prefix = function.signature.input_arg[0].name
    texts = {
        value
        for node in by_op["Const"]
        if f"{node.name}:output:0" in select.input
        for value in node.attr["value"].tensor.string_val
    }
    packed = [f"{node.name}:output:0" for node in by_op.get("Pack", ())]
    return (
        save.input[0] == f"{sharded.name}:filename:0"
        and sharded.input[0] == f"{joined.name}:output:0"
        and list(joined.input) == [prefix, f"{select.name}:output:0"]
        and all(text == b".part" or _TEMPORARY.fullmatch(text) for text in texts)
        and len(texts) == 2
        and list(merge.input[:2]) == [*packed, prefix]
        and list(by_op["Pack"][0].input[:1]) == [f"{sharded.name}:filename:0"]
    )


def _is_restore(function: Any) -> bool:
    by_op = _by_op(function)
    prefix = function.signature.input_arg[0].name
    return by_op.keys() <= RESTORE and all(
        node.input[0] == prefix for node in by_op.get("RestoreV2", ())
    )


def _by_op(function: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for node in function.node_def:
        found.setdefault(node.op, []).append(node)
    return found
