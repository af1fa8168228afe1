"""The manifest of a published model: the digests of its files, and its origin."""

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
# Statistics of the training data; published with the model, but not in its digest.
STATISTICS = "assets.extra/statistics.json"
# The signature covers the manifest, so the manifest cannot list the signature.
SIGNATURE = "assets.extra/model.sig"
_BLOCK = 1 << 20
_MOST_BYTES = 16 << 20


class Damaged(ModelError):
    """A version differs from what was published, or its manifest is unusable."""


class Part(BaseModel):
    """One file of a model: its path below the model's folder, its size, its digest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    size: int
    sha256: str


class Origin(BaseModel):
    """Where a model came from; the next run compares itself with this.

    Attributes:
        run: the run that published it.
        run_key: digest of the data, configuration and code that its run used.
        data_digest: of the content of the data.
        code_digest: of the sources and the installed versions.
        labels: the names of the classes, in the order of their numbers.
        metrics: its results on the tested split, by the names that a summary uses.
        versions: versions of the packages that made it.
        accepted: the reason for giving up a baseline that it could not be compared
            with; None if no baseline was given up.
        withdrawn: digests of models that were rolled back and must not be published
            again.
        restored: the version that this one is a copy of.
        best: the version that was more accurate than this one on the same rows, which
            later candidates are also compared with; None if there was none.
        pushes_since_best: how many pushes there were since `best`, with this one.
        allowed_operations: operations that the configuration allowed in addition to
            the list; only a record, which allows nothing to those who load the model.
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
    # Left out if empty: `parse` compares a manifest with the bytes that `to_bytes`
    # would write, and older releases did not write this key.
    best: int | None = Field(None, exclude_if=lambda value: value is None)
    pushes_since_best: int = Field(0, ge=0, exclude_if=lambda value: not value)
    allowed_operations: list[str] = Field([], exclude_if=lambda value: not value)


class Manifest(BaseModel):
    """What a published model consists of.

    Attributes:
        format: version of the format of manifests.
        model_digest: digest of the paths and contents of the model's own files;
            identifies the model in any store.
        published: time of publication, in UTC.
        origin: where the model came from.
        files: all files but the manifest and the signature, sorted by path.
        digest: digest of all other values, which shows whether they were altered.
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
        """Serializes the manifest; equal values always give equal bytes."""
        values = self.model_dump(mode="json")
        return json.dumps(values, indent=1, sort_keys=True).encode() + b"\n"

    def with_digest(self) -> "Manifest":
        """Returns a copy with the digest of the other values."""
        bare = self.model_copy(update={"digest": ""})
        digest = hashlib.sha256(bare.to_bytes()).hexdigest()
        return bare.model_copy(update={"digest": digest})


def describe(folder: Path, origin: Origin) -> Manifest:
    """Makes the manifest of a model's folder.

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
    """Writes a manifest into a model's folder.

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
    """Reads the manifest of a model without checking the files that it lists.

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
            f"{folder / FILE}: cannot be read: {error.strerror}; a model without a "
            "manifest is not trusted"
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
        raise Damaged(
            f"{where}: {first_fault(error)}; the manifest was altered"
        ) from None
    # Compares bytes, because another spelling of the same values is also a change.
    if manifest.with_digest().to_bytes() != written:
        raise Damaged(f"{where}: was altered: its digest does not match its content")
    return manifest


def verify(folder: Path) -> Manifest:
    """Checks every file of a model against its manifest.

    Args:
        folder: of the SavedModel.

    Returns:
        The manifest.

    Raises:
        Damaged: files were altered, are missing or are not in the manifest; the
            message names each of them.
        ModelError: a file cannot be read.
    """
    manifest = read(folder)
    listed = {part.path: part for part in manifest.files}
    try:
        found = {part.path: part for part in parts(folder)}
    except OSError as error:
        raise ModelError(
            f"{error.filename}: cannot be read: {error.strerror}"
        ) from None
    faults = [
        *(f"{path} is missing" for path in sorted(listed.keys() - found.keys())),
        *(f"{path} is not in the manifest" for path in sorted(found.keys() - listed)),
        *(
            f"{path} was altered"
            for path in sorted(listed.keys() & found.keys())
            if listed[path] != found[path]
        ),
    ]
    if faults:
        raise Damaged(f"{folder}: {'; '.join(faults)}; do not serve this model")
    return manifest


def parts(folder: Path) -> list[Part]:
    """Lists the files of a model with their digests, without manifest and signature.

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
    """Computes the digest of a model's content, which is the same in every folder.

    Args:
        files: from `parts`; the statistics of the data do not count.

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
