"""Hands a folder to workers of Beam that may share only an object store with a node."""

import contextlib
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems

# Its name would make Beam unpack it.
AS_IS = CompressionTypes.UNCOMPRESSED


def pack(folder: str, address: str) -> None:
    """Writes the files of a folder into one object.

    Args:
        folder: a folder of this machine.
        address: a path, or an address in an object store.
    """
    with (
        FileSystems.create(address, compression_type=AS_IS) as stream,
        # Weights hardly get smaller.
        zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive,
    ):
        for file in sorted(Path(folder).rglob("*")):
            archive.write(file, file.relative_to(folder))


@contextlib.contextmanager
def unpacked(address: str) -> Iterator[str]:
    """Copies the files of an object to this machine.

    Args:
        address: to which `pack` wrote.

    Yields:
        A folder, which is removed afterwards.
    """
    with tempfile.TemporaryDirectory(prefix="newsdesk-") as above:
        packed, folder = Path(above, "packed"), Path(above, "folder")
        copy(address, packed)
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(folder)
        packed.unlink()
        yield str(folder)


def copy(address: str, file: Path) -> None:
    """Copies an object to this machine, because TensorFlow cannot read every store.

    Args:
        address: a path, or an address in an object store.
        file: is written.
    """
    with (
        FileSystems.open(address, compression_type=AS_IS) as source,
        file.open("wb") as target,
    ):
        shutil.copyfileobj(source, target)
