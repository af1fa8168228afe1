"""Where the files are: the patterns, and the files that they match."""

import glob
import hashlib
import os
import re
from collections.abc import Iterable
from typing import Any

from tfx.proto import example_gen_pb2

from components.text_example_gen import folders, splits, tf_datasets
from pipeline.config import Data
from pipeline.errors import DataError

_PATTERN = re.compile(r"[*?\[{]")


def input_of(data: Data) -> tuple[str, Any]:
    """Describes the files to TFX.

    Args:
        data: the data section; its path is a file, a folder or a pattern, or `tfds:`
            and a name, and need not exist yet.

    Returns:
        The folder above every pattern, and an `example_gen_pb2.Input` with one
        pattern for each given split, or one for all files.
    """
    if data.path.startswith(tf_datasets.PREFIX):
        base, rest = data.path, ""
    else:
        base, rest = _cut(data.path, keep_last=bool(data.splits))
    patterns = {
        name: os.path.join(rest, pattern)
        for name, pattern in splits.given_splits(data).items()
    }
    return base, example_gen_pb2.Input(
        splits=[
            example_gen_pb2.Input.Split(name=name, pattern=pattern)
            for name, pattern in (patterns or {splits.ALL: rest}).items()
        ]
    )


def _cut(path: str, keep_last: bool) -> tuple[str, str]:
    """Cuts a path before its first part that is a pattern."""
    parts = path.split("/")
    plain = len(parts) if keep_last else len(parts) - 1
    for place, part in enumerate(parts[:plain]):
        if _PATTERN.search(part):
            plain = place
            break
    return "/".join(parts[:plain]) or "/", "/".join(parts[plain:])


def list_files(source: str) -> list[str]:
    """Finds the files that a pattern without spans means.

    Args:
        source: a file, a folder, a glob, or `tfds:name/split`.

    Returns:
        Sorted paths. In a folder or by a glob, names that start with a dot or an
        underscore are left out, and so are folders.

    Raises:
        DataError: there are none.
    """
    if source.startswith(tf_datasets.PREFIX):
        return [source]
    pattern = source
    if os.path.isdir(source):
        pattern = os.path.join(glob.escape(source), "*")
    elif os.path.exists(source):
        return [source]
    found = [
        file
        for file in glob.glob(pattern, recursive=True)
        if not os.path.isdir(file) and not os.path.basename(file).startswith("_")
    ]
    if not found:
        partitions = folders.explain_partitions(source)
        if partitions:
            raise DataError(partitions)
        raise DataError(
            f"{source}: there is no such file; check data.path and data.splits"
        )
    return sorted(found)


def fingerprint(files: Iterable[tuple[str, str]]) -> str:
    """Digests name, size and time of files; TFX's own counts whole seconds only.

    Args:
        files: pairs of split and path.

    Returns:
        A hexadecimal string.
    """
    digest = hashlib.sha256()
    for split, file in files:
        found = os.stat(file)
        record = f"{split}\0{file}\0{found.st_size}\0{found.st_mtime_ns}\n"
        digest.update(record.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:32]
