"""Arrays in a file that is there whole or not at all."""

import logging
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from newsdesk import atomic, regular
from newsdesk.errors import NewsdeskError

_log = logging.getLogger("newsdesk")


def write(file: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes a file, whole or not at all.

    Args:
        file: ends in `.npz`; its folder is made where it is missing.
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
