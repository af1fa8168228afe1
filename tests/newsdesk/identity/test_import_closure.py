"""A node's fingerprint covers all modules that the node can import."""

from pathlib import Path

import pytest

from newsdesk.identity.import_closure import closure, modules_below


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of modules that import each other in several ways."""
    folder = tmp_path / "some_package"
    sources = {
        "__init__.py": "import some_package.first\n",
        "first.py": "",
        "second.py": "from some_package import third\nimport json, os.path\n",
        "third.py": "def work():\n    from some_package.inner.deep import WIDTH\n",
        "inner/__init__.py": "",
        "inner/deep.py": "WIDTH = 1\nMODULE = 'some_package.process'\n",
        "inner/beside.py": "",
        "process.py": '"""Like some_package.unused."""\nF = "some_package.unused.f"\n',
        "unused.py": "",
    }
    for name, source in sources.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def test_imports_of_imports_and_packages_around_them_count(package: Path) -> None:
    found = closure(["some_package.second"])

    assert list(found) == [
        "some_package",
        "some_package.first",
        "some_package.inner",
        "some_package.inner.deep",
        "some_package.process",
        "some_package.second",
        "some_package.third",
    ]
    assert found["some_package.inner.deep"] == package / "inner" / "deep.py"


def test_a_package_counts_with_all_its_modules(package: Path) -> None:
    names = list(modules_below("some_package.inner"))

    assert names == [f"some_package.inner{rest}" for rest in ("", ".beside", ".deep")]
    assert set(names) <= closure(["some_package.inner"]).keys()


def test_a_changed_file_is_read_again(package: Path) -> None:
    assert "some_package.unused" not in closure(["some_package.first"])
    (package / "first.py").write_text("from some_package import unused\n")
    assert "some_package.unused" in closure(["some_package.first"])


def test_a_missing_root_is_named() -> None:
    with pytest.raises(ModuleNotFoundError, match="'pipeline.missing'"):
        closure(["pipeline.missing"])
