"""Writes files to a folder or an object store; each appears whole."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from newsdesk import atomic
from newsdesk.errors import NewsdeskError, first_line


def read(place: str) -> bytes | None:
    """Reads a small file.

    Args:
        place: a path, or an address that begins with gs:// or s3://.

    Returns:
        What is in it; None if the file does not exist.

    Raises:
        NewsdeskError: it cannot be read.
    """
    with _explained(place, "read"), contextlib.suppress(FileNotFoundError):
        if "://" not in place:
            return Path(place).read_bytes()
        store, path = _connected(place)
        content: bytes = store.cat_file(path)
        return content
    return None


def size(place: str) -> int | None:
    """Finds the size of a file.

    Args:
        place: as for `read`.

    Returns:
        How many bytes it has; None if the file does not exist.

    Raises:
        NewsdeskError: the store cannot be read.
    """
    with _explained(place, "read"), contextlib.suppress(FileNotFoundError):
        if "://" not in place:
            return Path(place).stat().st_size
        store, path = _connected(place)
        return int(store.info(path)["size"])
    return None


def write(file: Path, place: str) -> None:
    """Copies a file; what is at the place is replaced when the copy is complete.

    Args:
        file: the file to copy.
        place: as for `read`; missing folders are made.

    Raises:
        NewsdeskError: it cannot be written.
    """
    with _explained(place, "written"):
        if "://" in place:
            store, path = _connected(place)
            # An object is there when its upload is complete, and not before.
            store.put_file(str(file), path)
            return
        Path(place).parent.mkdir(parents=True, exist_ok=True)
        with open(file, "rb") as source, atomic.replacing(Path(place)) as stream:
            shutil.copyfileobj(source, stream, 2**20)


def remove(place: str) -> None:
    """Removes a file if it exists.

    Args:
        place: as for `read`.

    Raises:
        NewsdeskError: it cannot be removed.
    """
    with _explained(place, "removed"), contextlib.suppress(FileNotFoundError):
        if "://" in place:
            store, path = _connected(place)
            store.rm_file(path)
        else:
            Path(place).unlink()


def _connected(place: str) -> tuple[Any, str]:
    from newsdesk.published.remote_store import connected

    return connected(place)


@contextlib.contextmanager
def _explained(place: str, done: str) -> Iterator[None]:
    try:
        yield
    except NewsdeskError:
        raise
    # Each library of an object store raises classes that only it has.
    except Exception as error:
        raise NewsdeskError(
            f"{place}: cannot be {done}: {first_line(error)}; check score.out and its "
            "credentials, and run again"
        ) from error
