"""Refuses a SavedModel that contains more than a classifier needs, before loading.

A SavedModel is a program. Its files, operations and paths are compared with lists of
what is allowed. For this the protocol buffers are parsed; nothing is executed.
"""

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from newsdesk.errors import ModelError
from newsdesk.inspection import parsed, save_functions, table_files
from newsdesk.inspection.allowed import OPERATIONS
from newsdesk.inspection.parsed import Parsed

MAX_GRAPH_BYTES = parsed.MAX_BYTES
MAX_BYTES = 8 << 30
MAX_FILES = 1000
_GRAPH = "saved_model.pb"
_LAYOUT = re.compile(
    r"saved_model\.pb|fingerprint\.pb|keras_metadata\.pb|variables/variables\.index"
    r"|variables/variables\.data-\d{5}-of-\d{5}|assets/[^/]+|assets\.extra/[^/]+"
)
_FOLDERS = ("variables", "assets", "assets.extra")
# Formats that can run code when a library opens them.
_PROGRAM = re.compile(
    r".+\.(bin|ckpt|dill|h5|hdf5|joblib|keras|npy|npz|pickle|pkl|pt|pth|py|pyc|so|zip)"
)
# Other collections come from TensorFlow 1, and one of them can name any path.
_COLLECTIONS = {"saved_model_main_op"}
# With this attribute, TensorFlow's optimizer replaces a called function by another one,
# so the graph would not show what is executed.
_REPLACES = "api_implements"


def check(folder: Path, allowed: Collection[str] = ()) -> None:
    """Checks the files, operations and paths of a model without loading it.

    Args:
        folder: of the SavedModel.
        allowed: operations that the configuration allows in addition to the list.

    Raises:
        ModelError: a file, an operation or a path is not allowed; the message names
            it, and the function that contains it.
    """
    for fault in _faults(folder, frozenset(allowed)):
        raise ModelError(
            f"{folder}: {fault}, which a text classifier does not need; the model was "
            "not loaded. Use a model from a source that you trust, exported for "
            "inference"
        )


def _faults(folder: Path, allowed: frozenset[str]) -> Iterator[str]:
    """Yields what is not allowed; each check relies on the checks before it."""
    yield from _files(folder)
    model = parsed.read(folder / _GRAPH)
    if model.doubled is not None:
        yield f"it has the name {model.doubled!r} twice"
    for key in model.meta.collection_def.keys() - _COLLECTIONS:
        yield f"it has the collection {key}"
    for name, function in model.functions.items():
        if _REPLACES in function.attr:
            yield f"function {name} can replace other functions ({_REPLACES})"
    yield from save_functions.faults(model)
    yield from _operations(model, save_functions.functions(model), OPERATIONS | allowed)
    yield from table_files.faults(model)


def _files(folder: Path) -> Iterator[str]:
    count = total = 0
    for above, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(above, name)
            inside = path.relative_to(folder).as_posix()
            if path.is_symlink() or not (path.is_dir() or path.is_file()):
                yield f"{inside} is neither a file nor a folder"
            elif name in folders:
                if inside not in _FOLDERS:
                    yield f"it contains the folder {inside}"
                continue
            elif not _LAYOUT.fullmatch(inside) or _PROGRAM.fullmatch(name.lower()):
                yield f"it contains the file {inside}"
            count += 1
            total += path.stat().st_size
            if inside == _GRAPH and path.stat().st_size > MAX_GRAPH_BYTES:
                yield f"{inside} has over {MAX_GRAPH_BYTES:,} bytes"
            if count > MAX_FILES:
                yield f"it has over {MAX_FILES:,} files"
            if total > MAX_BYTES:
                yield f"it has over {MAX_BYTES:,} bytes"


def _operations(
    model: Parsed, savers: set[str], allowed: frozenset[str]
) -> Iterator[str]:
    for function, node in model.everywhere():
        name = function.signature.name if function is not None else None
        if name not in savers and node.op not in allowed:
            where = f"function {name}" if name else "the graph"
            yield f"{where} has the operation {node.op}"
