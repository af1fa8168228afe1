"""Arrays in a file that is there whole or not at all."""

import contextlib
import logging
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from pipeline.errors import NewsdeskError
from pipeline.published import regular

_log = logging.getLogger("newsdesk")
# Names of files that are being written begin with it.
ASIDE = ".writing-"


def write(file: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes a file aside, brings it to the disk, and renames it.

    Args:
        file: ends in `.npz`; its folder is made where it is missing.
        arrays: numbers or strings by name.

    Raises:
        NewsdeskError: it cannot be written.
    """
    aside = file.with_name(f"{ASIDE}{os.getpid()}-{file.name}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(aside, "wb") as stream:
            np.savez(stream, **arrays)
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(file)
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            # The name is on the disk too.
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise NewsdeskError(
            f"{file}: the checkpoint cannot be written: {error.strerror}; make room "
            "or choose another folder with output.checkpoints"
        ) from None


def read(file: Path) -> dict[str, np.ndarray] | None:
    """Reads a file; the checksums in it are verified.

    Args:
        file: what `write` wrote.

    Returns:
        All its arrays; None where there is no such file, or a damaged one, which the
        log then names.
    """
    try:
        with regular.opened(file) as stream:
            with np.load(stream, allow_pickle=False) as arrays:
                return dict(arrays)
    except FileNotFoundError:
        return None
    except Exception as error:
        # zipfile and NumPy raise a dozen kinds for a damaged directory or header.
        _log.warning("%s: is damaged and will not be used: %r", file, error)
        return None
