"""`newsdesk run --dry-run` says what a run would do, and changes nothing."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from newsdesk.errors import ConfigError, DataError, NewsdeskError
from newsdesk.published.in_service import InService
from pipeline.cli import app
from pipeline.local import cached_nodes
from tests.pipeline.commands.test_run_if_new_data import CONFIG, ROWS

Tree = dict[str, tuple[int, int]]


@pytest.fixture
def project(tmp_path: Path, repository: Path) -> Path:
    """The configuration of a pipeline, its schema, and two files of rows."""
    for name in ("a.csv", "b.csv"):
        (tmp_path / "rows").mkdir(exist_ok=True)
        (tmp_path / "rows" / name).write_text(ROWS)
    shutil.copy(repository / "schemas" / "sample.pbtxt", tmp_path / "schema.pbtxt")
    file = tmp_path / "newsdesk.toml"
    file.write_text(CONFIG.replace("rows.csv", "rows/*.csv"))
    return tmp_path


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Replaces the cache; two nodes come from it. The reasons that it was given."""
    given: list[str] = []

    def cached(_: object, __: InService | None, ___: object, accepted: str) -> object:
        given.append(accepted)
        return {"TextExampleGen": True, "Transform": True, "Trainer": False}

    monkeypatch.setattr(cached_nodes, "cached", cached)
    return given


def dry(project: Path, *words: str) -> Result:
    """The command."""
    file = str(project / "newsdesk.toml")
    return CliRunner().invoke(app, ["run", file, "--dry-run", *words])


def tree(folder: Path) -> Tree:
    """Size and time of everything below a folder."""
    return {
        str(path): (path.lstat().st_size, path.lstat().st_mtime_ns)
        for path in [folder, *folder.rglob("*")]
    }


def test_files_nodes_and_folders_are_shown(project: Path, cache: list[str]) -> None:
    result = dry(project)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    size = 2 * len(ROWS)
    assert lines[1] == (
        f"reads      data.path: {project}/rows/*.csv (2 files, {size} bytes)"
    )
    assert lines[2].split() == [
        *("data.schema_file:", f"{project}/schema.pbtxt", "(1", "file,", "287"),
        "bytes)",
    ]
    assert lines[3:6] == [
        "in service none",
        "from cache TextExampleGen, Transform",
        "would run  Trainer",
    ]
    assert lines[6].startswith(f"writes     {project}/root (artifacts")
    assert lines[7].split()[0] == f"{project}/root/serving"
    assert cache == [""]


@pytest.mark.slow
def test_nothing_changes_on_the_disk(project: Path) -> None:
    before = tree(project)
    result = dry(project)
    assert "from cache nothing" in result.stdout
    assert tree(project) == before


@pytest.mark.parametrize(
    ("break_it", "kind", "fault"),
    [
        (
            lambda folder: shutil.rmtree(folder / "rows"),
            DataError,
            "there is no such file; check data.path",
        ),
        (
            lambda folder: (folder / "schema.pbtxt").unlink(),
            ConfigError,
            "schema.pbtxt: cannot be read: No such file",
        ),
        (
            lambda folder: (folder / "newsdesk.toml").write_text("name = 3"),
            ConfigError,
            "data: is required, but missing",
        ),
    ],
)
def test_what_a_run_would_refuse_is_refused(
    project: Path,
    cache: list[str],
    break_it: Callable[[Path], object],
    kind: type[NewsdeskError],
    fault: str,
) -> None:
    break_it(project)
    before = tree(project)
    result = dry(project)
    assert isinstance(result.exception, kind)
    assert fault in str(result.exception)
    assert tree(project) == before
    assert cache == []
