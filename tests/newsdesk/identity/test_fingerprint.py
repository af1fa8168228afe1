"""A fingerprint changes with sources, installed versions and files."""

import importlib.metadata
import sys
from pathlib import Path

import pytest

from newsdesk.errors import ConfigError
from newsdesk.identity import fingerprint


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of two modules that can be imported."""
    folder = tmp_path / "some_room"
    (folder / "inner").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "inner" / "deep.py").write_text("WIDTH = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def test_the_same_sources_have_the_same_fingerprint(package: Path) -> None:
    assert fingerprint.of(["some_room"]) == fingerprint.of(["some_room"])


def test_one_edited_line_changes_it(package: Path) -> None:
    before = fingerprint.of(["some_room"])
    (package / "inner" / "deep.py").write_text("WIDTH = 2\n")
    assert fingerprint.of(["some_room"]) != before


def test_a_renamed_module_changes_it(package: Path) -> None:
    before = fingerprint.of(["some_room"])
    (package / "inner" / "deep.py").rename(package / "inner" / "deeper.py")
    assert fingerprint.of(["some_room"]) != before


def test_another_version_changes_it(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fingerprint.of(["some_room"])
    monkeypatch.setattr(fingerprint, "installed", lambda: ["numpy==0"])
    assert fingerprint.of(["some_room"]) != before


def test_names_and_versions_are_those_of_the_standard_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, head in {
        "one-1.0.dist-info": "Name: One\nVersion: 1.0\n\nVersion: 9 of the text\n",
        "two-2.0.dist-info": "name: two\nversion: 2.0\n\n",
        "six-6.0.dist-info": "Name:six\nVersion:  6.0\nName: other\n",
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "METADATA").write_text(f"Metadata-Version: 2.1\n{head}")
    (tmp_path / "old.egg-info").write_text("Name: old\nVersion: 0.1\n")
    # Other tests may have imported setuptools, which adds its copies of libraries.
    path = [folder for folder in sys.path if "setuptools" not in folder]
    monkeypatch.setattr(sys, "path", [str(tmp_path), *path])
    found = fingerprint.installed.__wrapped__()
    assert {"one==1.0", "two==2.0", "six==6.0", "old==0.1"} <= set(found)
    assert found == sorted(
        {
            f"{one.name.lower()}=={one.version}"
            for one in importlib.metadata.distributions()
        }
    )


def test_the_content_of_a_file_counts_and_its_path_does_not(
    package: Path, tmp_path: Path
) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_text("a")
    two.write_text("a")
    before = fingerprint.of(["some_room"], [str(one)])
    assert fingerprint.of(["some_room"], [str(two)]) == before
    two.write_text("b")
    assert fingerprint.of(["some_room"], [str(two)]) != before


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"vocab\.txt: cannot be read: No such file"):
        fingerprint.of_file(tmp_path / "vocab.txt")


def test_imports_do_not_change_what_is_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    copies = tmp_path / "setuptools" / "_vendor"
    (copies / "zipp-3.23.0.dist-info").mkdir(parents=True)
    (copies / "zipp-3.23.0.dist-info" / "METADATA").write_text(
        "Name: a-copy\nVersion: 3.23.0\n"
    )
    before = fingerprint.installed.__wrapped__()
    monkeypatch.syspath_prepend(str(copies))
    assert fingerprint.installed.__wrapped__() == before
