"""Rows in an object store, which workers read there, and the driver does not.

The driver sees an empty file for each object, so that it finds spans and splits in the
same way as on a machine. Digests are computed by the workers.
"""

import contextlib
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import apache_beam as beam
import fsspec
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions

from newsdesk.errors import DataError, first_line
from newsdesk.identity import fingerprint

_SCHEMES = ("gs://", "s3://")


@dataclass(frozen=True)
class Remote:
    """Where the objects behind the driver's empty files are.

    Attributes:
        folder: the path that all empty files begin with.
        address: what it stands for in the store.
        digests: the digest of the content of each object, by the path of its empty
            file.
    """

    folder: str
    address: str
    digests: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> "Remote":
        """Reads what `text` wrote."""
        return cls(**json.loads(text))

    @property
    def text(self) -> str:
        """The object as JSON."""
        return json.dumps(asdict(self))

    def address_of(self, file: str) -> str:
        """Gives the address of an object.

        Args:
            file: the path of its empty file.
        """
        return self.address + file.removeprefix(self.folder)


def digests(files: Mapping[str, str], to: str, args: Sequence[str]) -> dict[str, str]:
    """Computes digests of objects, in one Beam pass.

    Args:
        files: addresses by any name.
        to: an address below which workers write the result; removed afterwards.
        args: arguments of Beam.

    Returns:
        The digest of the content of each object, by the same names, as
        `fingerprint.of_file` computes it.

    Raises:
        DataError: an object cannot be read.
    """
    with beam.Pipeline(options=PipelineOptions(list(args))) as pipeline:
        _ = (
            pipeline
            | "Objects" >> beam.Create(sorted(files.items()))
            | "SpreadObjects" >> beam.Reshuffle()
            | "Digest" >> beam.Map(_digest)
            | "WriteDigests" >> beam.io.WriteToText(f"{to}/part")
        )
    found = {}
    for line in lines(to):
        name, digest, fault = json.loads(line)
        if fault:
            raise DataError(fault)
        found[name] = digest
    remove(to)
    return found


def lines(folder: str) -> Iterator[str]:
    """Reads the lines of all files in a folder.

    Args:
        folder: a path, or an address in an object store.

    Yields:
        The lines, in the order of the names of the files.
    """
    (found,) = FileSystems.match([f"{folder}/*"])
    for path in sorted(one.path for one in found.metadata_list):
        with FileSystems.open(path) as stream:
            for line in stream:
                yield line.decode("utf-8")


def is_remote(file: str) -> bool:
    """Decides whether a file is an object of a store.

    Args:
        file: a local path, `tfds:` and a name, or an address.
    """
    return file.startswith(_SCHEMES)


def remove(folder: str) -> None:
    """Removes a folder and the files in it.

    Args:
        folder: a path, or an address in an object store.
    """
    # Beam takes a name in a store for an object, unless it ends with a slash.
    FileSystems.delete([f"{folder}/" if "://" in folder else folder])


@contextlib.contextmanager
def copied(file: str, digest: str | None) -> Iterator[str]:
    """Copies an object to the disk of the worker that reads it.

    Args:
        file: a local path, `tfds:` and a name, or an address in an object store.
        digest: of the content of an object.

    Yields:
        A local path with the same name; other files themselves.

    Raises:
        DataError: the object cannot be read, or its content has another digest.
    """
    if not is_remote(file):
        yield file
        return
    with tempfile.TemporaryDirectory(prefix="newsdesk-") as folder:
        copy = str(Path(folder, file.rsplit("/", 1)[-1]))
        try:
            files, path = fsspec.url_to_fs(file)
            files.get_file(path, copy)
        # Each library of an object store raises classes that only it has.
        except Exception as error:
            raise DataError(
                f"{file}: a Beam worker cannot read it: {first_line(error)}; check the "
                "credentials and the endpoint in the environment of the workers"
            ) from None
        if digest not in (None, fingerprint.of_file(copy)):
            raise DataError(
                f"{file}: the file changed while it was read; wait until it is "
                "complete, and run again"
            )
        yield copy


def _digest(item: tuple[str, str]) -> str:
    name, address = item
    try:
        with copied(address, None) as copy:
            return json.dumps([name, fingerprint.of_file(copy), ""])
    except DataError as error:
        # An exception would lose its type on the way from another process.
        return json.dumps([name, "", str(error)])
