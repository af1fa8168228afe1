"""Writes files whole or not at all, even if the machine crashes."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

# Names of files that are being written begin with it.
ASIDE = ".writing-"


@contextlib.contextmanager
def replacing(file: Path) -> Iterator[IO[bytes]]:
    """Writes a file aside, brings it to the disk, and renames it.

    Args:
        file: the file to write; another one of that name is replaced.

    Yields:
        A stream for the new content. If the block raises, the file stays as it was.

    Raises:
        OSError: the file cannot be written.
    """
    aside = file.with_name(f"{ASIDE}{os.getpid()}-{file.name}")
    try:
        # A link or a pipe may have that name.
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
        errors: what becomes of characters that UTF-8 cannot encode.

    Raises:
        OSError: the file cannot be written.
    """
    with replacing(file) as stream:
        stream.write(text.encode("utf-8", errors))


def sync(path: Path) -> None:
    """Brings a file, or the names in a folder, to the disk.

    Args:
        path: the file or folder.

    Raises:
        OSError: the system refuses.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Brings a folder and all in it to the disk.

    Args:
        folder: the folder.

    Raises:
        OSError: the system refuses.
    """
    for above, _, files in os.walk(folder, topdown=False):
        for name in files:
            sync(Path(above, name))
        sync(Path(above))
