"""The data digest: one digest of the content of all data files."""

import functools
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.text_example_gen import sources
from newsdesk.config.data import Data
from newsdesk.errors import DataError
from newsdesk.identity import fingerprint
from newsdesk.rows import tf_datasets


def digest_of_input(
    base: str,
    wanted: Any,
    marker: str | None = None,
    window: int = 1,
    known: Mapping[str, str] | None = None,
) -> str:
    """Computes a digest of the content of files, without their paths and times.

    Args:
        base: the folder above every pattern, or `tfds:` and a name.
        wanted: an `example_gen_pb2.Input`; of its spans, the newest are read.
        marker: the file that marks the folder of a span as complete.
        window: how many spans are read.
        known: the digests of files that are not on this machine, by path.

    Returns:
        A hexadecimal string. For TensorFlow Datasets, a digest of the name.

    Raises:
        DataError: there is no such file, or one cannot be read.
    """
    found = hashlib.sha256()
    if base.startswith(tf_datasets.PREFIX):
        found.update(base.encode())
        return found.hexdigest()[:32]
    selection = (marker, window)
    for split, files in sorted(sources.files_of(base, wanted, *selection).items()):
        for file in files:
            # The suffixes can decide the format.
            digest = known[file] if known else _of_file(file)
            line = f"{split}\0{Path(file).suffixes}\0{digest}\n"
            found.update(line.encode("utf-8", "surrogateescape"))
    return found.hexdigest()[:32]


def _of_file(file: str) -> str:
    if not Path(file).is_file():
        raise DataError(f"{file}: is not a file; name files in data.path")
    try:
        found = os.stat(file)
    except OSError as error:
        raise DataError(
            f"{file}: cannot be read: {error.strerror}; check data.path"
        ) from None
    # Programs can set the modification time, but only the kernel sets st_ctime.
    times = (found.st_mtime_ns, found.st_ctime_ns)
    return _of_inode(file, found.st_dev, found.st_ino, found.st_size, times)


@functools.lru_cache(maxsize=10_000)
def _of_inode(
    file: str, device: int, inode: int, size: int, times: tuple[int, int]
) -> str:
    """Reads a file once per state, because a run needs its digest several times."""
    return fingerprint.of_file(file)


def data_digest(data: Data, known: Mapping[str, str] | None = None) -> str:
    """Computes the digest of the files that a run would read.

    Args:
        data: the data section.
        known: as in `digest_of_input`.

    Returns:
        See `digest_of_input`.

    Raises:
        DataError: see `digest_of_input`.
    """
    base, wanted = sources.input_of(data)
    return digest_of_input(base, wanted, data.span_marker, data.window, known)
