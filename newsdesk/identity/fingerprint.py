"""Fingerprints of nodes: digests of code, installed versions and files.

TFX's cache key does not include the code behind a dotted name, the installed versions,
or the content of files that a node reads while it runs.
"""

import functools
import hashlib
import importlib.metadata
import os
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from newsdesk.errors import ConfigError
from newsdesk.identity.import_closure import closure, modules_below

_COPIES = os.path.join("setuptools", "_vendor")
_FIELD = re.compile(r"^(Name|Version):[ \t]*(.*)$", re.MULTILINE)


def of(roots: Iterable[str], files: Iterable[str] = ()) -> str:
    """Computes the fingerprint of a node from sources, versions and file contents.

    Args:
        roots: modules and packages that the node runs; their imports count too.
        files: local files that the node reads while it runs.

    Returns:
        A hexadecimal digest; it does not depend on folders.

    Raises:
        ConfigError: a file is missing or cannot be read.
    """
    return _digest(closure(roots), files)


def of_packages(packages: Iterable[str], without: tuple[str, ...] = ()) -> str:
    """Computes a digest of whole packages and the installed versions.

    Args:
        packages: importable names; their imports do not count.
        without: packages below them that do not count.

    Returns:
        A hexadecimal digest; it does not depend on folders.
    """
    sources: dict[str, Path] = {}
    for package in packages:
        sources |= modules_below(package)
    left_out = tuple(f"{package}." for package in without)
    return _digest(
        {
            name: source
            for name, source in sources.items()
            if not f"{name}.".startswith(left_out)
        }
    )


def of_file(path: str | Path) -> str:
    """Computes the digest of the content of a file.

    Args:
        path: a local file.

    Returns:
        The hexadecimal SHA-256 of its bytes.

    Raises:
        ConfigError: the file is missing or cannot be read.
    """
    digest = hashlib.sha256()
    # Reading a pipe could wait without end.
    if Path(path).exists() and not Path(path).is_file():
        raise ConfigError(f"{path}: cannot be read: it is not a file")
    try:
        with open(path, "rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    return digest.hexdigest()


@functools.cache
def installed() -> list[str]:
    """Lists every installed distribution with its version, such as numpy==2.0."""
    # setuptools adds copies of libraries to the path when it is imported, and the list
    # must not depend on what was imported before.
    path = [folder for folder in sys.path if not folder.endswith(_COPIES)]
    found = importlib.metadata.distributions(path=path)
    return sorted({_name_and_version(one) for one in found})


def _name_and_version(distribution: importlib.metadata.Distribution) -> str:
    # The library parses the description as well, which takes 20 times as long.
    head, _, _ = (distribution.read_text("METADATA") or "").partition("\n\n")
    # The first field of a name counts.
    fields = dict(reversed(_FIELD.findall(head)))
    if len(fields) < 2:
        return f"{distribution.name.lower()}=={distribution.version}"
    return f"{fields['Name'].lower()}=={fields['Version']}"


def _digest(sources: Mapping[str, Path], files: Iterable[str] = ()) -> str:
    digest = hashlib.sha256("\n".join(installed()).encode())
    for name, source in sources.items():
        digest.update(f"\0{name}\0".encode() + source.read_bytes())
    for file in files:
        digest.update(b"\0" + of_file(file).encode())
    # 128 bits are enough, and keep the parameters of nodes readable.
    return digest.hexdigest()[:32]
