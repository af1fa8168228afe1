"""Downloads files from an object store into a container."""

import contextlib
import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from newsdesk.errors import ConfigError, first_line
from newsdesk.published.remote_store import connected

_SCHEMES = ("gs://", "s3://", "minio://")
# Endings of objects that only represent a folder.
_MARKERS = ("/", "_$folder$")
_PATTERN = re.compile(r"[*?\[{]")


def is_address(text: str) -> bool:
    """Checks whether a string is an address in an object store."""
    return text.startswith(_SCHEMES)


def everything(address: str, folder: Path) -> str:
    """Downloads an object, or all objects below an address.

    Args:
        address: gs://, s3:// or minio:// (KFP's own store).
        folder: the folder for downloads.

    Returns:
        The path of the file or folder.

    Raises:
        ConfigError: there is no object, or one cannot be read.
    """
    with _explained(address):
        system, path = _opened(address)
        if system.isfile(path):
            return str(_download(system, path, path, folder))
        found = _below(system, path)
        if not found:
            raise ConfigError(f"{address}: no object is there; check the address")
        for file in found:
            _download(system, file, path, folder)
    return str(target_of(path, path, folder))


class Mirror:
    """Empty files with the names of the objects that a pattern may match.

    Code that searches files for patterns and spans can search them too, so only the
    files of the newest spans are downloaded.

    Attributes:
        path: the path or pattern on this machine that corresponds to the address.
        folder: the path that the paths of all files begin with.
        base: the address that `folder` stands for, which begins with gs:// or s3://.
    """

    def __init__(self, address: str, folder: Path) -> None:
        """Lists the objects, and creates an empty file for each.

        Args:
            address: the address of a file or folder, or a pattern, as in data.path.
            folder: the folder for the files.

        Raises:
            ConfigError: there is no object, or the store cannot be listed.
        """
        parts = address.split("/")
        # The scheme and the bucket take the first three.
        patterns = (i for i in range(3, len(parts)) if _PATTERN.search(parts[i]))
        plain = next(patterns, len(parts))
        self._base = "/".join(parts[:plain])
        with _explained(self._base):
            system, path = _opened(self._base)
            found = [path] if system.isfile(path) else _below(system, path)
            if not found:
                raise ConfigError(
                    f"{self._base}: no object is there; check the address"
                )
        self.folder = str(target_of(path, path, folder))
        self.base = self._base.replace("minio://", "s3://", 1).rstrip("/")
        self.path = "/".join([self.folder, *parts[plain:]])
        self._objects = {target_of(name, path, folder): name for name in found}
        for file in self._objects:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()

    def address_of(self, file: str) -> str:
        """Gives the address of an object.

        Args:
            file: the path of its empty file.

        Returns:
            The address.
        """
        return self.base + file.removeprefix(self.folder)

    def fill(self, files: Iterable[str]) -> None:
        """Downloads some of the files.

        Args:
            files: their paths on this machine.

        Raises:
            ConfigError: an object cannot be read.
        """
        with _explained(self._base):
            system, _ = _opened(self._base)
            for file in files:
                system.get_file(self._objects[Path(file)], file)


def _opened(address: str) -> tuple[Any, str]:
    # KFP's own store has the interface of S3.
    return connected(address.replace("minio://", "s3://", 1).rstrip("/"))


def _below(system: Any, path: str) -> list[str]:
    return [file for file in system.find(path) if not file.endswith(_MARKERS)]


def _download(system: Any, file: str, base: str, folder: Path) -> Path:
    target = target_of(file, base, folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    system.get_file(file, str(target))
    return target


def target_of(file: str, base: str, folder: Path) -> Path:
    """Returns the path for the download of an object.

    Args:
        file: the object, in the store.
        base: the object or prefix that the configuration names.
        folder: the folder of all downloads.

    Returns:
        The path; each base has its own folder.

    Raises:
        ConfigError: the path would be outside the folder.
    """
    if ".." in file.split("/"):
        raise ConfigError(
            f"{file}: the name of this object contains `..`, which would lead out of "
            "the folder for downloads; rename the object"
        )
    # A folder for each base, because two may have the same last name.
    digest = hashlib.sha256(base.encode()).hexdigest()[:8]
    root = folder / digest / base.rsplit("/", 1)[-1]
    return Path(str(root) + file.removeprefix(base))


@contextlib.contextmanager
def _explained(address: str) -> Iterator[None]:
    """Turns errors of the store's library into one sentence."""
    try:
        yield
    except ConfigError:
        raise
    # Each library of an object store raises classes that only it has.
    except Exception as error:
        raise ConfigError(
            f"{address}: cannot be read: {first_line(error)}; check the address, and "
            "the credentials and the endpoint in the environment of the task"
        ) from error
