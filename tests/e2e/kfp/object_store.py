"""Imitates an object store with a folder of files, including its folder markers."""

import shutil
from pathlib import Path


class ObjectStore:
    """Keeps artifacts under their addresses, for upload and download by a launcher.

    Args:
        folder: the folder of the objects.
    """

    scheme = "minio://"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def upload(self, address: str, local: Path) -> None:
        """Uploads files to an address; an object store has no folders.

        Args:
            address: the address of an artifact.
            local: a file or a folder; if it is missing, nothing is uploaded.
        """
        target = self._at(address)
        if local.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(local, target)
        for file in local.rglob("*"):
            uploaded = target / file.relative_to(local)
            if file.is_file():
                uploaded.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, uploaded)
            elif not any(file.iterdir()):
                # An empty folder becomes a marker, which is an object without bytes.
                uploaded.parent.mkdir(parents=True, exist_ok=True)
                uploaded.touch()

    def download(self, address: str, local: Path) -> None:
        """Downloads the files of an address, with the markers that some writers add.

        Args:
            address: the address of an artifact.
            local: the target path, which must not exist.
        """
        source = self._at(address)
        local.parent.mkdir(parents=True, exist_ok=True)
        if source.is_file():
            shutil.copyfile(source, local)
            return
        if not source.is_dir():
            return
        shutil.copytree(source, local)
        for folder in [local, *(one for one in local.rglob("*") if one.is_dir())]:
            (folder / "...").touch()
            (folder / f"{folder.name}_$folder$").touch()

    def read(self, address: str) -> str:
        """Reads an artifact that is one file."""
        return self._at(address).read_text(encoding="utf-8")

    def files(self, below: str) -> set[str]:
        """Lists the files in a folder.

        Args:
            below: a folder of the store.

        Returns:
            Paths relative to the folder.
        """
        root = self._folder / below
        return {str(one.relative_to(root)) for one in root.rglob("*") if one.is_file()}

    def _at(self, address: str) -> Path:
        # The launcher removes empty parts and dots from a path.
        parts = address.removeprefix(self.scheme).split("/")
        return self._folder.joinpath(*(part for part in parts if part not in ("", ".")))
