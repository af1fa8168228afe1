"""What is packaged and committed, and what runs may leave beside it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from setuptools import find_packages

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# What a run of a configuration of one's own writes into the clone, by default.
RUN = (
    "newsdesk/mine/metadata.sqlite",
    "newsdesk/mine/runs/r000001/config.toml",
    "newsdesk/mine/serving/1/saved_model.pb",
    "newsdesk/mine/.pipeline",
)


def _packages(folder: Path, repository: Path) -> set[str]:
    settings = tomllib.loads((repository / "pyproject.toml").read_text())
    found = settings["tool"]["setuptools"]["packages"]["find"]
    assert found["namespaces"] is False
    return set(find_packages(str(folder), include=found["include"]))


def _fill(folder: Path) -> None:
    for name in RUN:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


def test_every_package_is_in_the_build(repository: Path) -> None:
    files = [
        file.relative_to(repository)
        for room in ("components", "kubeflow", "newsdesk", "pipeline", "trainer")
        for file in (repository / room).rglob("*.py")
    ]
    assert _packages(repository, repository) - {"schemas"} == {
        ".".join(file.parent.parts) for file in files
    }


@pytest.mark.parametrize("name", ["newsdesk.report", "pipeline.serve"])
def test_the_templates_of_pages_are_in_the_build(repository: Path, name: str) -> None:
    settings = tomllib.loads((repository / "pyproject.toml").read_text())
    patterns = settings["tool"]["setuptools"]["package-data"][name]
    package = repository.joinpath(*name.split("."))
    packaged = {file for pattern in patterns for file in package.glob(pattern)}
    templates = {
        file for file in package.rglob("*") if file.suffix in (".html", ".css")
    }
    assert templates and templates <= packaged
    ignored = subprocess.run(
        ["git", "check-ignore", "--no-index", *map(str, templates)],
        cwd=repository,
        capture_output=True,
        text=True,
    )
    assert ignored.stdout == ""


def test_a_run_is_not_packaged(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "newsdesk" / "config").mkdir(parents=True)
    for package in ("newsdesk", "newsdesk/config"):
        (tmp_path / package / "__init__.py").touch()
    _fill(tmp_path)
    assert _packages(tmp_path, repository) == {"newsdesk", "newsdesk.config"}


def test_a_run_is_not_committed(repository: Path, tmp_path: Path) -> None:
    _fill(tmp_path)
    sources = ["newsdesk/config/new.py", "newsdesk/new.py"]
    for name in sources:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "x").touch()
    (tmp_path / ".gitignore").write_text((repository / ".gitignore").read_text())
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    listed = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert sorted(listed) == [".gitignore", *sources]


def test_the_image_gets_the_sources_and_no_run(repository: Path) -> None:
    rules = (repository / ".dockerignore").read_text().splitlines()
    named = {rule[1:] for rule in rules if re.match(r"!newsdesk\b", rule)}
    packages = {file.parent.name for file in repository.glob("newsdesk/*/__init__.py")}
    assert named == {"newsdesk/*.py", *(f"newsdesk/{name}" for name in packages)}


@pytest.mark.parametrize("module", ["newsdesk.errors", "newsdesk.config.cron"])
def test_a_folder_of_runs_hides_no_package(
    repository: Path, tmp_path: Path, module: str
) -> None:
    _fill(tmp_path)
    # With -m the working directory comes first on the path, as it does for Beam's
    # workers.
    done = subprocess.run(
        [sys.executable, "-m", module],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(repository)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_an_editable_install_puts_the_clone_on_the_path(repository: Path) -> None:
    settings = tomllib.loads((repository / "pyproject.toml").read_text())
    # Otherwise setuptools installs a finder that is asked after the working directory,
    # where a folder of runs would then be taken for the package.
    assert settings["tool"]["setuptools"]["package-dir"] == {"": "."}
