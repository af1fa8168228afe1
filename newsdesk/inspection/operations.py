"""Refuses a SavedModel that could do more than classify, before it is loaded.

A SavedModel is a program. What stands in it is held against lists of what may stand
there, by parsing the protocol buffers; nothing is loaded or executed.
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
# Formats that run code when they are opened, or that are opened by what does.
_PROGRAM = re.compile(
    r".+\.(bin|ckpt|dill|h5|hdf5|joblib|keras|npy|npz|pickle|pkl|pt|pth|py|pyc|so|zip)"
)
# The others are TensorFlow 1's, one of which names assets by any path.
_COLLECTIONS = {"saved_model_main_op"}
# By it TensorFlow's optimizer calls one function in the place of another, so that no
# call would be what it says.
_STANDS_IN = "api_implements"


def check(folder: Path, allowed: Collection[str] = ()) -> None:
    """Checks what a model consists of, without loading it.

    Args:
        folder: of the SavedModel.
        allowed: operations that somebody has allowed by name besides the list.

    Raises:
        ModelError: a file, an operation or a path that has no business there; names
            it and the function that it stands in.
    """
    for fault in _faults(folder, frozenset(allowed)):
        raise ModelError(
            f"{folder}: {fault}, which a text classifier does not need; nothing of the "
            "model was loaded. Take it from a source that you trust, and export it for "
            "inference"
        )


def _faults(folder: Path, allowed: frozenset[str]) -> Iterator[str]:
    """What has no business there; each look is taken only after those before it."""
    yield from _files(folder)
    model = parsed.read(folder / _GRAPH)
    if model.doubled is not None:
        yield f"it has {model.doubled!r} twice"
    for key in model.meta.collection_def.keys() - _COLLECTIONS:
        yield f"it has a collection {key}"
    for name, function in model.functions.items():
        if _STANDS_IN in function.attr:
            yield f"function {name} can stand in for others ({_STANDS_IN})"
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
                    yield f"there is a folder {inside}"
                continue
            elif not _LAYOUT.fullmatch(inside) or _PROGRAM.fullmatch(name.lower()):
                yield f"there is a file {inside}"
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
