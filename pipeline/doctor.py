"""Finds problems that would keep a pipeline from running, and says how to fix them."""

import importlib.metadata
import importlib.util
import os
import platform
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from pipeline.machine import Finding, gpus, look, output_of

_REINSTALL = "run `make install` in the clone"
# The oldest glibc for which the packages of each lane have wheels.
_GLIBC = {(3, 10): (2, 31), (3, 11): (2, 39)}
_LANES = {(3, 10): "compatibility lane", (3, 11): "current lane"}
# The distribution whose metadata requires a version of each package.
PACKAGES = {
    "tfx": "newsdesk",
    "tensorflow": "newsdesk",
    "tensorflow-text": "newsdesk",
    "tensorflow-transform": "tfx",
    "apache-beam": "newsdesk",
    "tf-models-official": "newsdesk",
    "tf-keras": "newsdesk",
    "protobuf": "tensorflow",
    "numpy": "tensorflow",
}
_COMPILED = ("apache_beam", "tensorflow", "tfx")
DEEP = """
import tensorflow, tensorflow_text
tensorflow_text.WhitespaceTokenizer().tokenize(["one text"])
print(len(tensorflow.config.list_physical_devices("GPU")))
"""


def check(deep: bool = False) -> list[Finding]:
    """Checks the machine and the installation, without importing TensorFlow.

    Args:
        deep: also import TensorFlow, in a separate process; this takes seconds.

    Returns:
        The findings, in the order to print them.
    """
    return [
        python(),
        glibc(),
        *(_package(name, source) for name, source in PACKAGES.items()),
        _legacy_keras(),
        _bytecode(),
        *([_tensorflow()] if deep else []),
        *look(),
    ]


def python() -> Finding:
    """Finds out whether the version of Python has a lane."""
    version = sys.version_info[:2]
    lane = _LANES.get(version, "no lane")
    found = f"{platform.python_version()}, {lane}"
    return Finding.of("Python", "3.10 or 3.11", found, version in _LANES, _REINSTALL)


def glibc() -> Finding:
    """Checks that the C library is new enough for the packages of the lane."""
    required = _GLIBC.get(sys.version_info[:2], (2, 31))
    version = platform.libc_ver()[1] or "none"
    numbers = tuple(int(part) for part in version.split(".") if part.isdigit())
    return Finding.of(
        "glibc",
        f">={required[0]}.{required[1]}",
        version,
        numbers >= required,
        "use Python 3.10, or a newer system; `make install` chooses the Python",
    )


def _package(name: str, source: str) -> Finding:
    """Compares an installed version with what another distribution requires."""
    expected = "any"
    try:
        required = _required(name, source)
        # Excluded versions would fill the screen, and the user does not need them.
        bounds = [str(bound) for bound in required if bound.operator != "!="]
        expected = ",".join(sorted(bounds, reverse=True)) or "any"
        found = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError as error:
        missing = f"{error.name} is not installed"
        return Finding(name, expected, missing, False, _REINSTALL)
    ok = required.contains(found, prereleases=True)
    return Finding.of(name, expected, found, ok, _REINSTALL)


def _required(name: str, source: str) -> SpecifierSet:
    versions = SpecifierSet()
    for line in importlib.metadata.requires(source) or ():
        entry = Requirement(line)
        if entry.name == name and (entry.marker is None or entry.marker.evaluate()):
            versions &= entry.specifier
    return versions


def _legacy_keras() -> Finding:
    name = "TF_USE_LEGACY_KERAS"
    value = os.environ.get(name, "not set")
    remedy = "import newsdesk.legacy_keras before TensorFlow"
    return Finding.of(name, "1", value, value == "1", remedy)


def _bytecode() -> Finding:
    """Checks for compiled bytecode; without it, every start takes 43 s instead of 8."""
    missing = []
    for name in _COMPILED:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            continue
        if not Path(importlib.util.cache_from_source(spec.origin)).exists():
            missing.append(name)
    found = f"missing for {', '.join(missing)}" if missing else "compiled"
    remedy = f"{sys.executable} -m compileall -q {_site_packages()}"
    return Finding.of("bytecode", "compiled", found, not missing, remedy)


def _site_packages() -> str:
    spec = importlib.util.find_spec("packaging")
    assert spec is not None and spec.origin is not None
    return str(Path(spec.origin).parent.parent)


def _tensorflow() -> Finding:
    has_card = gpus() > 0
    seen = output_of([sys.executable, "-c", DEEP], seconds=120).split()
    expected = "imports, sees the GPU" if has_card else "imports"
    if not seen:
        remedy = f"{_REINSTALL}; `python -c 'import tensorflow_text'` shows the error"
        return Finding("TensorFlow", expected, "does not import", False, remedy)
    return Finding.of(
        "TensorFlow",
        expected,
        f"imports, sees {seen[-1]} GPU",
        not has_card or seen[-1] != "0",
        "install its CUDA libraries, the extra `tensorflow[and-cuda]` of this version",
    )
