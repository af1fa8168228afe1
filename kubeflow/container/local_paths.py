"""Where artifacts lie in a container, and what lies there that is none."""

import re
import shutil
from pathlib import Path

from newsdesk.errors import ConfigError

# What the launcher has downloaded lies here, and what is written here is uploaded
# (kubeflow/pipelines, backend/src/v2/component/launcher_v2.go, LocalPathForURI).
_ROOTS = {"gs://": "/gcs/", "minio://": "/minio/", "s3://": "/s3/"}
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://")
# Names that only object stores give, to "folders". Empty files of other names may mean
# something: TFX says by one whether a model is blessed.
_MARKER = re.compile(r"^(\.+|.*_\$folder\$)$")


def local(address: str) -> Path:
    """Gives the path on which the launcher keeps an artifact.

    Args:
        address: the artifact's URI, or a path.

    Returns:
        The path, without the `.` and the empty parts that an address may have.

    Raises:
        ConfigError: it leads out of where artifacts lie, or the scheme is unknown.
    """
    path = address
    for scheme, root in _ROOTS.items():
        if address.startswith(scheme):
            path = root + address.removeprefix(scheme)
    # Further on there may be another scheme: a root can have a query with an endpoint.
    if _SCHEME.match(path) or ".." in path.split("/"):
        raise ConfigError(
            f"an artifact lies at {address}; the pipeline root must be an address "
            f"that begins with {', '.join(_ROOTS)}, without `..`"
        )
    return Path(path)


def remove_markers(folder: Path) -> None:
    """Removes empty files that stand for folders in an object store.

    Some writers leave an object of no bytes for every folder, and KFP downloads it
    as a file (https://github.com/kubeflow/pipelines/issues/13476).

    Args:
        folder: an artifact.
    """
    if folder.is_file() and not folder.stat().st_size:
        folder.unlink()
        folder.mkdir()
    for file in list(folder.rglob("*")):
        if _MARKER.match(file.name) and file.is_file() and not file.stat().st_size:
            file.unlink()


def empty(folder: Path) -> None:
    """Removes what a killed attempt left, so that a retry leaves one output.

    Args:
        folder: an artifact; the folder above it is there afterwards.
    """
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder)
    else:
        folder.unlink(missing_ok=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
