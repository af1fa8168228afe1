"""What is installed, held against what asks for it."""

import sysconfig
from collections.abc import Iterator
from importlib.metadata import distributions, requires, version
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

try:
    import tomllib
except ModuleNotFoundError:
    import tomli as tomllib


@pytest.fixture
def project(repository: Path) -> dict[str, Any]:
    return tomllib.loads((repository / "pyproject.toml").read_text())


def _broken(overridden: set[str]) -> Iterator[str]:
    """What is asked for and not there, or there in another version."""
    # Whatever a test may have put on the path is not installed.
    installed = list(distributions(path=[sysconfig.get_paths()["purelib"]]))
    there = {canonicalize_name(one.metadata["Name"]): one.version for one in installed}
    for one in installed:
        for asked in map(Requirement, one.requires or ()):
            name = canonicalize_name(asked.name)
            wanted = not asked.marker or asked.marker.evaluate({"extra": ""})
            if not wanted or name in overridden:
                continue
            if not asked.specifier.contains(there.get(name, "0"), prereleases=True):
                yield f"{one.name} asks for {asked}, there is {there.get(name)}"


@pytest.mark.slow
def test_what_is_installed_fits_but_for_the_overrides(project: dict[str, Any]) -> None:
    overrides = project["tool"]["uv"]["override-dependencies"]
    overridden = {canonicalize_name(Requirement(one).name) for one in overrides}
    assert sorted(_broken(overridden)) == []
    assert sorted(_broken(set())) != [], "no override is needed any more"


def test_gpu_is_what_tensorflow_asks_for_with_cuda(project: dict[str, Any]) -> None:
    if Version(version("tensorflow")) < Version("2.21"):
        pytest.skip("the extra gpu is that of the current lane's TensorFlow")
    ours = map(Requirement, project["project"]["optional-dependencies"]["gpu"])
    theirs = [
        one
        for one in map(Requirement, requires("tensorflow") or ())
        if one.marker
        and one.marker.evaluate({"extra": "and-cuda"})
        and not one.marker.evaluate({"extra": ""})
    ]
    assert {one.name: one.specifier for one in ours} == {
        one.name: one.specifier for one in theirs
    }
