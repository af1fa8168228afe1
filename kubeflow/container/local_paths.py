"""Finds the paths of artifacts in a container, and removes leftovers from them."""

import re
import shutil
from pathlib import Path

from newsdesk.errors import ConfigError

# The launcher downloads inputs to these folders, and uploads outputs from them
# (kubeflow/pipelines, backend/src/v2/component/launcher_v2.go, LocalPathForURI).
ROOTS = {"gs://": "/gcs/", "minio://": "/minio/", "s3://": "/s3/"}
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://")
# Names that only object stores use, for "folders". An empty file with another name may
# have a meaning: TFX writes one to mark a model as blessed.
_MARKER = re.compile(r"^(\.+|.*_\$folder\$)$")


def local(address: str) -> Path:
    """Converts the address of an artifact to the path that the launcher uses.

    Args:
        address: the artifact's URI, or a path.

    Returns:
        The path, without the `.` and the empty parts that an address may have.

    Raises:
        ConfigError: the address contains `..`, or its scheme is unknown.
    """
    path = address
    for scheme, root in ROOTS.items():
        if address.startswith(scheme):
            path = root + address.removeprefix(scheme)
    # Only the beginning counts: a root may have a query with the URL of an endpoint.
    if _SCHEME.match(path) or ".." in path.split("/"):
        raise ConfigError(
            f"{address}: is not an address that artifacts can have; set the pipeline "
            f"root to one that begins with {', '.join(ROOTS)} and has no `..`"
        )
    return Path(path)


def remove_markers(folder: Path) -> None:
    """Removes empty files that stand for folders in an object store.

    Some programs write an empty object for every folder, and KFP downloads it as a file
    (https://github.com/kubeflow/pipelines/issues/13476).

    Args:
        folder: the path of an artifact.
    """
    if folder.is_file() and not folder.stat().st_size:
        folder.unlink()
        folder.mkdir()
    for file in list(folder.rglob("*")):
        if _MARKER.match(file.name) and file.is_file() and not file.stat().st_size:
            file.unlink()


def empty(folder: Path) -> None:
    """Removes the output of a killed attempt, so that a retry does not add to it.

    Args:
        folder: the path of an artifact; its parent folder is created.
    """
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder)
    else:
        folder.unlink(missing_ok=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
