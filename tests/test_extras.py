"""What the extras of the project bring, held against what they stand for."""

from importlib.metadata import requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

try:
    import tomllib
except ModuleNotFoundError:
    import tomli as tomllib


def test_gpu_is_what_tensorflow_asks_for_with_cuda(repository: Path) -> None:
    if Version(version("tensorflow")) < Version("2.21"):
        pytest.skip("the extra gpu is that of the current lane's TensorFlow")
    told = tomllib.loads((repository / "pyproject.toml").read_text())
    ours = map(Requirement, told["project"]["optional-dependencies"]["gpu"])
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
