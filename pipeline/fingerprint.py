"""What a node's result depends on besides its inputs, as one short digest.

TFX's cache key sees neither the code behind a dotted path, nor the installed
versions, nor the content of a file that is read while the node runs.
"""

import functools
import hashlib
import importlib.metadata
import importlib.util
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.errors import ConfigError


def of(packages: Sequence[str], files: Iterable[str] = ()) -> str:
    """Digests the sources of packages, the installed versions and file contents.

    Args:
        packages: importable names of packages or modules whose .py files count.
        files: local files that the node reads while it runs.

    Returns:
        A hexadecimal string, the same for equal content wherever it lies.
    """
    digest = hashlib.sha256("\n".join(_installed()).encode())
    for package in packages:
        for name, source in _sources(package):
            digest.update(f"\0{name}\0".encode() + source.read_bytes())
    for file in files:
        digest.update(b"\0" + of_file(file).encode())
    return digest.hexdigest()[:32]


def of_file(path: str | Path) -> str:
    """Digests the content of one file.

    Args:
        path: a local file.

    Returns:
        The hexadecimal SHA-256 of its bytes.

    Raises:
        ConfigError: the file is missing or cannot be read.
    """
    digest = hashlib.sha256()
    # A pipe would be waited for, and never end.
    if Path(path).exists() and not Path(path).is_file():
        raise ConfigError(f"{path}: cannot be read: it is no file")
    try:
        with open(path, "rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    return digest.hexdigest()


@functools.cache
def _installed() -> list[str]:
    """Name and version of every installed distribution but our own sources."""
    return sorted(
        {
            f"{found.name.lower()}=={found.version}"
            for found in importlib.metadata.distributions()
        }
    )


def _sources(package: str) -> list[tuple[str, Path]]:
    """The package's Python files with their names relative to it, sorted."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"no module named {package!r}")
    origin = Path(spec.origin)
    if origin.name != "__init__.py":
        return [(package, origin)]
    return [
        (f"{package}/{file.relative_to(origin.parent)}", file)
        for file in sorted(origin.parent.rglob("*.py"))
    ]
