"""Writes files completely or not at all, even if the machine crashes."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

# Prefix of the names of files that are being written.
ASIDE = ".writing-"


@contextlib.contextmanager
def replacing(file: Path) -> Iterator[IO[bytes]]:
    """Writes a temporary file, flushes it to the disk, and renames it to the file.

    Args:
        file: the file to write; an existing file is replaced.

    Yields:
        A stream for the new content. If the block raises, the file is unchanged.

    Raises:
        OSError: the file cannot be written.
    """
    aside = file.with_name(f"{ASIDE}{os.getpid()}-{file.name}")
    try:
        # A link or a pipe with this name must not be opened.
        aside.unlink(missing_ok=True)
        with open(aside, "xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(file)
        sync(file.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise


def write_text(file: Path, text: str, errors: str = "strict") -> None:
    """Writes a text file as `replacing` does.

    Args:
        file: the file to write.
        text: its content.
        errors: how to encode characters that UTF-8 cannot; see `str.encode`.

    Raises:
        OSError: the file cannot be written.
    """
    with replacing(file) as stream:
        stream.write(text.encode("utf-8", errors))


def sync(path: Path) -> None:
    """Flushes a file, or the list of names in a folder, to the disk.

    Args:
        path: the file or folder.

    Raises:
        OSError: the system cannot flush it.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Flushes a folder and everything in it to the disk.

    Args:
        folder: the folder.

    Raises:
        OSError: the system cannot flush it.
    """
    for above, _, files in os.walk(folder, topdown=False):
        for name in files:
            sync(Path(above, name))
        sync(Path(above))
