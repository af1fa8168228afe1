"""Brings files from an object store to a container."""

import contextlib
import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from newsdesk.errors import ConfigError
from newsdesk.published.remote_store import connected

_SCHEMES = ("gs://", "s3://", "minio://")
# How objects end that only stand for a folder.
_MARKERS = ("/", "_$folder$")
_PATTERN = re.compile(r"[*?\[{]")


def is_address(text: str) -> bool:
    """Tells whether a string is an address in an object store."""
    return text.startswith(_SCHEMES)


def everything(address: str, folder: Path) -> str:
    """Downloads an object, or all that lies below an address.

    Args:
        address: gs://, s3:// or minio://, the store that KFP brings along.
        folder: where downloads go.

    Returns:
        The path of the file or folder.

    Raises:
        ConfigError: there is nothing, or it cannot be read.
    """
    with _told(address):
        system, path = _opened(address)
        if system.isfile(path):
            return str(_download(system, path, path, folder))
        found = _below(system, path)
        if not found:
            raise ConfigError(f"{address}: there is nothing; check the address")
        for file in found:
            _download(system, file, path, folder)
    return str(_place(path, path, folder))


class Mirror:
    """Empty files with the names of the objects that a pattern may match.

    Patterns and spans are found among them as among files, before any is downloaded.

    Attributes:
        path: the address as a path or pattern of this machine.
    """

    def __init__(self, address: str, folder: Path) -> None:
        """Makes the files.

        Args:
            address: of a file or a folder, or a pattern of data.path.
            folder: where they go.

        Raises:
            ConfigError: there is nothing, or it cannot be listed.
        """
        parts = address.split("/")
        # The scheme and the bucket take the first three.
        patterns = (i for i in range(3, len(parts)) if _PATTERN.search(parts[i]))
        plain = next(patterns, len(parts))
        self._base = "/".join(parts[:plain])
        with _told(self._base):
            system, path = _opened(self._base)
            found = [path] if system.isfile(path) else _below(system, path)
            if not found:
                raise ConfigError(f"{self._base}: there is nothing; check the address")
        self.path = "/".join([str(_place(path, path, folder)), *parts[plain:]])
        self._objects = {_place(one, path, folder): one for one in found}
        for file in self._objects:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()

    def fill(self, files: Iterable[str]) -> None:
        """Downloads some of the files.

        Args:
            files: paths of this machine.

        Raises:
            ConfigError: one cannot be read.
        """
        with _told(self._base):
            system, _ = _opened(self._base)
            for file in files:
                system.get_file(self._objects[Path(file)], file)


def _opened(address: str) -> tuple[Any, str]:
    # The store that KFP brings along speaks S3.
    return connected(address.replace("minio://", "s3://", 1).rstrip("/"))


def _below(system: Any, path: str) -> list[str]:
    return [file for file in system.find(path) if not file.endswith(_MARKERS)]


def _download(system: Any, file: str, base: str, folder: Path) -> Path:
    place = _place(file, base, folder)
    place.parent.mkdir(parents=True, exist_ok=True)
    system.get_file(file, str(place))
    return place


def _place(file: str, base: str, folder: Path) -> Path:
    """Where an object goes: every base has a folder of its own, with its last name."""
    if ".." in file.split("/"):
        raise ConfigError(f"{file}: an object below the address leads out of it")
    digest = hashlib.sha256(base.encode()).hexdigest()[:8]
    root = folder / digest / base.rsplit("/", 1)[-1]
    return Path(str(root) + file.removeprefix(base))


@contextlib.contextmanager
def _told(address: str) -> Iterator[None]:
    try:
        yield
    except ConfigError:
        raise
    # The libraries of object stores raise each its own kinds.
    except Exception as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise ConfigError(
            f"{address}: cannot be read: {reason}; check the address, and the "
            "credentials and the endpoint in the environment of the task"
        ) from error
