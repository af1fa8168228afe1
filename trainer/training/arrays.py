"""Writes arrays to a file atomically, and reads them."""

import logging
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from newsdesk import atomic, regular
from newsdesk.errors import NewsdeskError

_log = logging.getLogger("newsdesk")


def write(file: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes arrays to a file atomically.

    Args:
        file: ends in `.npz`; its folder is created if it does not exist.
        arrays: numbers or strings by name.

    Raises:
        NewsdeskError: it cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with atomic.replacing(file) as stream:
            np.savez(stream, **arrays)
    except OSError as error:
        raise NewsdeskError(
            f"{file}: the checkpoint cannot be written: {error.strerror}; free some "
            "space, or set output.checkpoints to another folder"
        ) from None


def read(file: Path) -> dict[str, np.ndarray] | None:
    """Reads a file, and verifies the checksums in it.

    Args:
        file: a file from `write`.

    Returns:
        All its arrays; None if it does not exist or is damaged. The log names a damaged
        file.
    """
    try:
        with regular.opened(file) as stream:
            with np.load(stream, allow_pickle=False) as arrays:
                return dict(arrays)
    except FileNotFoundError:
        return None
    except Exception as error:
        # zipfile and NumPy raise a dozen classes of errors for damaged files.
        _log.warning("%s: is damaged and will not be used: %r", file, error)
        return None
