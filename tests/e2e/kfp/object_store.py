"""An object store as a folder of files, with what object stores do to folders."""

import shutil
from pathlib import Path


class ObjectStore:
    """Keeps artifacts under their addresses, as a launcher up- and downloads them.

    Args:
        folder: where the objects lie.
    """

    scheme = "minio://"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def upload(self, address: str, local: Path) -> None:
        """Puts files under an address; folders are no objects.

        Args:
            address: of an artifact.
            local: a file or a folder; nothing is uploaded where it is missing.
        """
        target = self._at(address)
        if local.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(local, target)
        for file in local.rglob("*"):
            place = target / file.relative_to(local)
            if file.is_file():
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, place)
            elif not any(file.iterdir()):
                # Of an empty folder a marker is left, an object without bytes.
                place.parent.mkdir(parents=True, exist_ok=True)
                place.touch()

    def download(self, address: str, local: Path) -> None:
        """Brings the files under an address, with markers that some writers leave.

        Args:
            address: of an artifact.
            local: where to; is empty.
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

    def files(self, below: str) -> set[str]:
        """Names what lies in a folder.

        Args:
            below: the folder, in the store.

        Returns:
            Paths from there.
        """
        root = self._folder / below
        return {str(one.relative_to(root)) for one in root.rglob("*") if one.is_file()}

    def _at(self, address: str) -> Path:
        # As the launcher cleans a path of its empty parts and dots.
        parts = address.removeprefix(self.scheme).split("/")
        return self._folder.joinpath(*(part for part in parts if part not in ("", ".")))
