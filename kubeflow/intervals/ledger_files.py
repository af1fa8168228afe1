"""Reads and writes small files in a folder or store, each whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from newsdesk import atomic
from newsdesk.published.remote_store import connected


class LocalFiles:
    """Files in a folder of this machine or of a mounted volume.

    Args:
        address: the path of the folder.
    """

    def __init__(self, address: str) -> None:
        self._folder = Path(address)

    def read(self, name: str) -> str | None:
        """Reads a file.

        Args:
            name: the name of the file.

        Returns:
            Its text; None if the file does not exist.
        """
        try:
            return (self._folder / name).read_text()
        except FileNotFoundError:
            return None

    def create(self, name: str, text: str) -> None:
        """Creates a file; one that exists stays as it is.

        Args:
            name: the name of the file.
            text: its content.
        """
        with self._written(text) as file:
            # Of several processes that create a link with the same name, one succeeds.
            try:
                os.link(file, self._folder / name)
            except FileExistsError:
                pass

    def replace(self, name: str, text: str) -> None:
        """Writes a file, and replaces one that exists.

        Args:
            name: the name of the file.
            text: its content.
        """
        with self._written(text) as file:
            os.replace(file, self._folder / name)

    def names(self) -> list[str]:
        """Lists the files.

        Returns:
            Their names; an empty list if the folder does not exist.
        """
        try:
            return os.listdir(self._folder)
        except FileNotFoundError:
            return []

    @contextmanager
    def _written(self, text: str) -> Iterator[str]:
        self._folder.mkdir(parents=True, exist_ok=True)
        # Not `atomic.replacing`, whose temporary names contain the process id: pods
        # that share a volume have equal process ids.
        handle, file = tempfile.mkstemp(dir=self._folder)
        try:
            with open(handle, "w") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            yield file
            atomic.sync(self._folder)
        finally:
            Path(file).unlink(missing_ok=True)


class RemoteFiles:
    """Files below an address in a store, gs:// or s3://.

    Args:
        address: the address above the files.

    Raises:
        ModelError: the package that reads this store is not installed.
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
