"""Lets the Beam workers of a node read and write the object store."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from kubeflow.container.artifacts import Task
from kubeflow.files import fetch
from newsdesk.config.data import Data
from newsdesk.errors import ConfigError
from newsdesk.identity import fingerprint
from newsdesk.published.remote_store import connected
from newsdesk.stores_for_beam import use_stores

_ROWS = "examples"
_SCRATCH = "scratch"


def described(
    data: Data,
    found: Sequence[str],
    mirror: fetch.Mirror | None,
    task: Task,
    args: Sequence[str],
) -> str:
    """Describes the files of the rows to the first node, with their digests.

    Args:
        data: the data section.
        found: the paths of the files on this machine; in a mirror, they are empty.
        mirror: None if the files are in the image or in a volume, where workers find
            them at the same path.
        task: the task, whose output folder gets the results of a Beam pass.
        args: arguments of Beam.

    Returns:
        The parameter `remote` of the first node.

    Raises:
        ConfigError: the split of each row is in a column, and no splits are named.
        DataError: a file cannot be read.
    """
    from components.text_example_gen.remote import Remote, digests

    if mirror is None:
        known = {file: fingerprint.of_file(file) for file in found}
        return Remote("", "", known).text
    if data.split_column and not data.named_splits:
        raise ConfigError(
            "data.split_column: with rows in a store and remote workers, nobody looks "
            "which splits the column has; set data.named_splits, such as "
            '["train", "test"]'
        )
    use_stores()
    addresses = {file: mirror.address_of(file) for file in found}
    to = f"{address(task.addresses[_ROWS])}/digests"
    known = digests(addresses, to, args)
    return Remote(mirror.folder, mirror.base, known).text


@contextlib.contextmanager
def in_store(task: Task, names: Sequence[str]) -> Iterator[None]:
    """Gives the executor addresses in the store, instead of folders of this pod.

    Its property `scratch` is an address for files that it and its workers exchange.

    Args:
        task: the task of a node whose workers use the store.
        names: of the artifacts that only workers read or write.

    Yields:
        While the executor may run; what a killed attempt wrote is removed.
    """
    use_stores()
    # Below an output, so that a clean-up of the run's artifacts also removes it.
    first = min(task.outputs)
    scratch = f"{address(task.addresses[first])}/{_SCRATCH}"
    task.properties["scratch"] = scratch
    empty(scratch)
    written = [name for name in names if name in task.outputs]
    for name in written:
        empty(address(task.addresses[name]))
    artifacts = [(task.outputs[name][0], task.addresses[name]) for name in written]
    for name in names:
        given = task.inputs.get(name, [])
        artifacts += zip(given, task.sources.get(name, []), strict=True)
    folders = [artifact.uri for artifact, _ in artifacts]
    for artifact, uri in artifacts:
        artifact.uri = address(uri)
    try:
        yield
        empty(scratch)
    finally:
        # The launcher expects folders, and uploads nothing from an empty one.
        for (artifact, _), folder in zip(artifacts, folders, strict=True):
            artifact.uri = folder


def empty(place: str) -> None:
    """Removes all objects below an address.

    Args:
        place: the address.
    """
    files, path = connected(place)
    if files.exists(path):
        files.rm(path, recursive=True)


def address(uri: str) -> str:
    """Gives the address by which Beam's file systems know an artifact.

    Args:
        uri: gs://, s3:// or minio://, which has the interface of S3.

    Raises:
        ConfigError: the address is not in an object store.
    """
    if not fetch.is_address(uri):
        raise ConfigError(
            f"{uri}: remote Beam workers cannot write there; set kubeflow.root to an "
            "address in an object store"
        )
    found: Any = uri.replace("minio://", "s3://", 1)
    return str(found.rstrip("/"))
