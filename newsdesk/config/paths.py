"""Validates paths and addresses in a configuration, and makes them absolute."""

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from newsdesk.errors import ConfigError

URI = re.compile(r"^[a-z][a-z0-9+.-]+:")
# A second colon would name a community namespace, whose code TFDS downloads and runs.
_DATA_SET = re.compile(r"tfds:\w+(/[\w.+-]+)?(:[\d.*]+)?", re.ASCII)
_SLASH = re.compile(r"[/\\]")


_GLOB = re.compile(r"[*?\[\\]")


@contextlib.contextmanager
def plainly_named(folder: Path) -> Iterator[Path]:
    """Gives a folder a path that TensorFlow does not read as a pattern.

    Args:
        folder: a folder whose path may contain characters of patterns.

    Yields:
        The folder itself, or a link to it that exists during the block.
    """
    if not _GLOB.search(str(folder)):
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="newsdesk-") as scratch:
        link = Path(scratch, "model")
        link.symlink_to(folder.absolute())
        yield link


def files_below(place: str | Path) -> list[str]:
    """Lists the files of a folder.

    Args:
        place: a local folder, or a handle such as https://tfhub.dev/..., whose content
            never changes and is not listed.

    Returns:
        The paths of all files in the folder and below it, sorted; none for a handle.

    Raises:
        ConfigError: there is no such folder.
    """
    if "://" in str(place):
        return []
    if not Path(place).is_dir():
        raise ConfigError(f"{place}: there is no such folder")
    return sorted(str(file) for file in Path(place).rglob("*") if file.is_file())


def refuse_patterns(key: str, path: str) -> None:
    """Refuses folders whose files Beam and TensorFlow would not find.

    They read every path as a pattern.

    Args:
        key: the configuration key of the path.
        path: a folder or an address.

    Raises:
        ConfigError: the path contains a character of patterns.
    """
    found = _GLOB.search(path)
    if found and not URI.match(path):
        raise ConfigError(
            f"{key} = {path!r}: contains {found[0]!r}, which Apache Beam and "
            "TensorFlow read as a pattern; choose another folder with "
            f"--set {key}=FOLDER"
        )


class FromCommandLine(str):
    """A string from --set; as a path, it is relative to the working directory."""


def _resolve(value: Any, info: ValidationInfo) -> Any:
    """Makes a path absolute, relative to the configuration file or the shell."""
    if not isinstance(value, str) or not value:
        return value
    if "\0" in value:
        raise ValueError("a path cannot contain NUL")
    if URI.match(value):
        return value
    if isinstance(value, FromCommandLine) or info.context is None:
        folder = Path.cwd()
    else:
        folder = info.context["folder"]
    try:
        return os.path.normpath(folder / Path(value).expanduser())
    except RuntimeError:
        raise ValueError("~ names a user that does not exist here") from None


def _local(value: str) -> str:
    if URI.match(value):
        raise ValueError("must be a local path")
    return value


def _can_be_pushed_to(value: str) -> str:
    if URI.match(value) and not value.startswith(("gs://", "s3://")):
        raise ValueError("must be a local path, gs://BUCKET/... or s3://BUCKET/...")
    if ".." in value.split("/"):
        raise ValueError("must not contain `..`")
    return value


def _can_be_read(value: str) -> str:
    if value.startswith("tfds:"):
        if not _DATA_SET.fullmatch(value) or ".." in value:
            raise ValueError("must be tfds:NAME, or tfds:NAME/CONFIGURATION")
    elif URI.match(value):
        raise ValueError(
            "must be a local path or tfds:NAME; mount or copy remote files"
        )
    return value


def _is_a_name(value: str) -> str:
    if "\0" in value or ".." in _SLASH.split(value):
        raise ValueError("must be a name without NUL, and without `..` next to a slash")
    return value


def _stripped(value: Any) -> Any:
    """Removes the space around a name, because it is removed from headers and cells."""
    if not isinstance(value, str):
        return value
    if not value.strip():
        raise ValueError("must be a name, not only spaces")
    return value.strip()


def _is_a_file_name(value: str) -> str:
    if not value.strip(".") or any(sign in value for sign in "/\\\0"):
        raise ValueError("must be the name of a file, without a folder")
    return value


def _stays_below(value: str) -> str:
    if value.startswith("/") or ".." in value.split("/") or "\0" in value:
        raise ValueError(
            "must stay below data.path: without `..` and without / in front"
        )
    return value


Name = Annotated[str, BeforeValidator(_stripped), AfterValidator(_is_a_name)]
FileName = Annotated[str, Field(min_length=1), AfterValidator(_is_a_file_name)]
Pattern = Annotated[str, Field(min_length=1), AfterValidator(_stays_below)]
Location = Annotated[str, Field(min_length=1), BeforeValidator(_resolve)]
LocalPath = Annotated[Location, AfterValidator(_local)]
DataLocation = Annotated[Location, AfterValidator(_can_be_read)]
Destination = Annotated[Location, AfterValidator(_can_be_pushed_to)]
