"""Small files of one folder, each there as a whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from newsdesk.published.remote_store import connected


class LocalFiles:
    """In a folder of this machine, or of a mounted volume.

    Args:
        address: of the folder.
    """

    def __init__(self, address: str) -> None:
        self._folder = Path(address)

    def read(self, name: str) -> str | None:
        """Reads a file.

        Args:
            name: of the file.

        Returns:
            Its text; None where there is no such file.
        """
        try:
            return (self._folder / name).read_text()
        except FileNotFoundError:
            return None

    def create(self, name: str, text: str) -> None:
        """Writes a file that is not there, and leaves one that is.

        Args:
            name: of the file.
            text: for it.
        """
        with self._written(text) as file:
            try:
                os.link(file, self._folder / name)
            except FileExistsError:
                pass

    def replace(self, name: str, text: str) -> None:
        """Writes a file, whatever was there.

        Args:
            name: of the file.
            text: for it.
        """
        with self._written(text) as file:
            os.replace(file, self._folder / name)

    def names(self) -> list[str]:
        """Lists the files.

        Returns:
            Their names; none where there is no folder.
        """
        try:
            return os.listdir(self._folder)
        except FileNotFoundError:
            return []

    @contextmanager
    def _written(self, text: str) -> Iterator[str]:
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, file = tempfile.mkstemp(dir=self._folder)
        try:
            with open(handle, "w") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            yield file
        finally:
            Path(file).unlink(missing_ok=True)


class RemoteFiles:
    """The same below gs:// or s3://.

    Args:
        address: of the folder.

    Raises:
        ModelError: the package that reaches it is not installed.
    """

    def __init__(self, address: str) -> None:
        self._files: Any
        self._files, self._root = connected(address)

    def read(self, name: str) -> str | None:
        """Implements LocalFiles.read."""
        try:
            return bytes(self._files.cat_file(f"{self._root}/{name}")).decode()
        except FileNotFoundError:
            return None

    def create(self, name: str, text: str) -> None:
        """Implements LocalFiles.create."""
        try:
            self._files.pipe_file(f"{self._root}/{name}", text.encode(), mode="create")
        except FileExistsError:
            pass

    def replace(self, name: str, text: str) -> None:
        """Implements LocalFiles.replace."""
        self._files.pipe_file(f"{self._root}/{name}", text.encode())

    def names(self) -> list[str]:
        """Implements LocalFiles.names."""
        try:
            found = self._files.ls(self._root, detail=False)
        except FileNotFoundError:
            return []
        return [str(name).rsplit("/", 1)[-1] for name in found]
