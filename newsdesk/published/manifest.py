"""The manifest of a published model: every file's digest, and where it came from."""

import datetime
import hashlib
import json
import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from newsdesk import regular
from newsdesk.errors import ModelError, first_fault

FILE = "assets.extra/manifest.json"
# Of the data that trained the model; goes with it, and is no part of it.
STATISTICS = "assets.extra/statistics.json"
# Signs all files, the manifest included, so the manifest cannot list it.
SIGNATURE = "assets.extra/model.sig"
_BLOCK = 1 << 20
_MOST_BYTES = 16 << 20


class Damaged(ModelError):
    """A version is not as it was published, as its manifest shows or would show."""


class Part(BaseModel):
    """One file of a model: its path from the model's folder, its bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    size: int
    sha256: str


class Origin(BaseModel):
    """Where a model came from; what the next run compares itself with.

    Attributes:
        run: the run that published it.
        run_key: digest of data, configuration and code that decide what a run makes.
        data_digest: of the content of the data.
        code_digest: of the sources and the installed versions.
        labels: the names of the classes, in the order of their numbers.
        metrics: what it reached on the tested split, by the names of a summary.
        versions: of the packages that made it.
        accepted: why a baseline that it cannot be compared with was given up.
        withdrawn: model digests that were rolled back from and must not come again.
        restored: the version that this one is a copy of.
        allowed_operations: that the configuration allowed besides the list; they show
            what the model may do, and allow nothing to those who read them.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True
    )

    run: str
    # Published manifests have the shorter names.
    run_key: str = Field(alias="inputs")
    data_digest: str = Field(alias="data")
    code_digest: str = Field(alias="code")
    labels: list[str]
    metrics: dict[str, float]
    versions: dict[str, str]
    accepted: str | None = None
    withdrawn: list[str] = []
    restored: int | None = None
    # Left out if there are none: a manifest is compared byte for byte with what its
    # values are written as, and former releases wrote no such key.
    allowed_operations: list[str] = Field([], exclude_if=lambda value: not value)


class Manifest(BaseModel):
    """What a published model consists of.

    Attributes:
        format: of this file.
        model_digest: of the paths and contents of the model's own files; identifies
            the model in any store.
        published: when, in UTC.
        origin: where it came from.
        files: all but this one and the signature, sorted by path.
        digest: of everything above, so that a changed manifest is noticed.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True
    )

    format: Literal[1] = 1
    model_digest: str = Field(alias="model")
    published: datetime.datetime
    origin: Origin
    files: list[Part]
    digest: str = ""

    def to_bytes(self) -> bytes:
        """Gives the one way in which these values are written."""
        values = self.model_dump(mode="json")
        return json.dumps(values, indent=1, sort_keys=True).encode() + b"\n"

    def with_digest(self) -> "Manifest":
        """Gives the same manifest with its digest."""
        bare = self.model_copy(update={"digest": ""})
        digest = hashlib.sha256(bare.to_bytes()).hexdigest()
        return bare.model_copy(update={"digest": digest})


def describe(folder: Path, origin: Origin) -> Manifest:
    """Describes a model as it lies there.

    Args:
        folder: of the SavedModel.
        origin: where it came from.

    Returns:
        Its manifest.

    Raises:
        ModelError: something in the folder is neither file nor folder.
        OSError: a file cannot be read.
    """
    files = parts(folder)
    return Manifest(
        model_digest=model_digest(files),
        published=datetime.datetime.now(datetime.timezone.utc),
        origin=origin,
        files=files,
    ).with_digest()


def write(manifest: Manifest, folder: Path) -> None:
    """Puts a manifest into a model's folder.

    Args:
        manifest: from `describe`.
        folder: of the SavedModel.

    Raises:
        OSError: it cannot be written.
    """
    file = folder / FILE
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(manifest.to_bytes())


def read(folder: Path) -> Manifest:
    """Reads a manifest; the files that it names are not looked at.

    Args:
        folder: of the SavedModel.

    Returns:
        The manifest, unchanged since it was written.

    Raises:
        Damaged: it is missing, cannot be read, or was changed.
    """
    try:
        written = regular.read(folder / FILE, _MOST_BYTES)
    except OSError as error:
        raise Damaged(
            f"{folder / FILE}: cannot be read: {error.strerror}; without its manifest "
            "a model is not trusted"
        ) from None
    except ModelError as error:
        raise Damaged(str(error)) from None
    return parse(written, str(folder / FILE))


def parse(written: bytes, where: str) -> Manifest:
    """Reads a manifest from its bytes.

    Args:
        written: the content of the file.
        where: names the file in an error.

    Returns:
        The manifest, unchanged since it was written.

    Raises:
        Damaged: it was changed, or is not a manifest.
    """
    try:
        manifest = Manifest.model_validate_json(written)
    except ValidationError as error:
        raise Damaged(f"{where}: {first_fault(error)}; it was altered") from None
    # Byte for byte, since another way to write the same values is a change too.
    if manifest.with_digest().to_bytes() != written:
        raise Damaged(f"{where}: was altered: its digest does not fit its content")
    return manifest


def verify(folder: Path) -> Manifest:
    """Holds every file of a model against its manifest.

    Args:
        folder: of the SavedModel.

    Returns:
        The manifest.

    Raises:
        Damaged: names each file that is altered, missing or new, or not a file.
        ModelError: a file cannot be read.
    """
    manifest = read(folder)
    told = {part.path: part for part in manifest.files}
    try:
        found = {part.path: part for part in parts(folder)}
    except OSError as error:
        raise ModelError(
            f"{error.filename}: cannot be read: {error.strerror}"
        ) from None
    faults = [
        *(f"{path} is missing" for path in sorted(told.keys() - found.keys())),
        *(f"{path} is not in the manifest" for path in sorted(found.keys() - told)),
        *(
            f"{path} was altered"
            for path in sorted(told.keys() & found.keys())
            if told[path] != found[path]
        ),
    ]
    if faults:
        raise Damaged(f"{folder}: {'; '.join(faults)}; do not serve this model")
    return manifest


def parts(folder: Path) -> list[Part]:
    """Lists and digests the files of a model, all but its manifest and signature.

    Args:
        folder: of the SavedModel.

    Returns:
        The files, sorted by path.

    Raises:
        Damaged: something in the folder is neither file nor folder.
        OSError: a file cannot be read.
    """
    found = []
    for above, folders, files in os.walk(folder, onerror=_raise):
        for name in (*folders, *files):
            path = Path(above, name)
            if path.is_symlink() or not (path.is_dir() or path.is_file()):
                raise Damaged(f"{path}: is neither a file nor a folder")
        found += [Path(above, name) for name in files]
    return [
        Part(path=path, size=file.stat().st_size, sha256=_sha256(file))
        for path, file in sorted(
            (file.relative_to(folder).as_posix(), file) for file in found
        )
        if path not in (FILE, SIGNATURE)
    ]


def model_digest(files: list[Part]) -> str:
    """Digests the content of a model, in whatever folder it is.

    Args:
        files: from `parts`; what travels with the model does not count.

    Returns:
        A hexadecimal string.
    """
    lines = "".join(
        f"{part.sha256} {part.size} {part.path}\n"
        for part in files
        if part.path != STATISTICS
    )
    return hashlib.sha256(lines.encode()).hexdigest()


def _sha256(file: Path) -> str:
    found = hashlib.sha256()
    with regular.opened(file) as stream:
        while block := stream.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def _raise(error: OSError) -> None:
    raise error
