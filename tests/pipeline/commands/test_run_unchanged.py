"""A run without changes ends before anything slow is imported."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from components.text_example_gen import content, named_splits
from newsdesk.config.load import load
from newsdesk.config.sections import Config
from newsdesk.identity.recipe import recipe, run_key
from newsdesk.published import manifest
from tests.conftest import REPOSITORY
from tests.support import model

SAMPLE = REPOSITORY / "pipeline" / "configs" / "sample.toml"
CODE = """if True:
    import sys
    from newsdesk.config.load import load
    from pipeline.commands.run import start_run
    from pipeline.local import runner
    def set_aside(_):
        raise RuntimeError("the long way")
    runner.database.set_aside = set_aside
    slow = {"apache_beam", "ml_metadata", "numpy", "pandas", "tensorflow", "tfx.types"}
    code = start_run(load(sys.argv[1], sys.argv[2:]), (), False, "")
    print(sorted(slow & set(sys.modules)))
    sys.exit(code)
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A pipeline whose model in service was made by the same run."""
    config = load(SAMPLE, [f"output.root={tmp_path / 'root'}"])
    version = tmp_path / "root" / "serving" / "7"
    (version / "assets.extra").mkdir(parents=True)
    (version / "saved_model.pb").write_bytes(b"model")
    read = config.model_copy(update={"data": named_splits.find(config.data)})
    key = run_key(recipe(read).digest, content.data_digest(read.data))
    origin = model.origin().model_copy(update={"run_key": key})
    manifest.write(manifest.describe(version, origin), version)
    return config


def _run(config: Config, *sets: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CODE, str(SAMPLE)]
        + [f"output.root={config.root}", *sets],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
    )


def test_an_unchanged_run_imports_nothing_slow(config: Config) -> None:
    done = _run(config)
    lines = done.stdout.splitlines()
    assert lines[:4] == [
        "sample: data in pipeline/sample/sample.csv",
        "",
        "unchanged  this model is already in service: nothing to do",
        f"in service {config.root}/serving/7",
    ]
    assert lines[5].startswith("report ")
    assert (lines[6:], done.returncode, done.stderr) == (["[]"], 0, "")
    (file,) = config.root.glob("runs/*/summary.json")
    summary = json.loads(file.read_text())
    assert (summary["state"], summary["exit_code"]) == ("unchanged", 0)
    assert summary["pushed"] == f"{config.root}/serving/7"


def _add_a_row(config: Config, tmp_path: Path) -> list[str]:
    copy = tmp_path / "rows.csv"
    text = Path(config.data.path).read_text()
    copy.write_text(text + text.splitlines(keepends=True)[-1])
    return [f"data.path={copy}"]


def _change_a_setting(*_: object) -> list[str]:
    return ["train.epochs=4"]


def _add_a_version(config: Config, _: Path) -> list[str]:
    version = config.root / "serving" / "8"
    (version / "assets.extra").mkdir(parents=True)
    manifest.write(manifest.describe(version, model.origin()), version)
    return []


def _add_rows_to_answer(_: Config, tmp_path: Path) -> list[str]:
    (tmp_path / "new.csv").write_text("title,description\nOil,Prices fall\n")
    return [f"score.path={tmp_path}/*.csv", f"score.out={tmp_path}/out/answers.csv"]


def _remove_the_versions(config: Config, _: Path) -> list[str]:
    (config.root / "serving").rename(config.root / "elsewhere")
    return []


@pytest.mark.parametrize(
    "change",
    [
        *(_add_a_row, _change_a_setting, _add_a_version, _remove_the_versions),
        _add_rows_to_answer,
    ],
)
def test_every_change_takes_the_long_way(
    config: Config, tmp_path: Path, change: Callable[[Config, Path], list[str]]
) -> None:
    done = _run(config, *change(config, tmp_path))
    assert done.returncode == 1
    assert "the long way" in done.stdout


def test_without_rows_to_answer_an_unchanged_run_is_short(
    config: Config, tmp_path: Path
) -> None:
    rows = f"score.path={tmp_path}/*.csv"
    done = _run(config, rows, f"score.out={tmp_path}/out/answers.csv")
    assert "nothing to do" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow
def test_a_damaged_model_in_service_is_not_unchanged(config: Config) -> None:
    (config.root / "serving" / "7" / "saved_model.pb").write_bytes(b"other")
    done = _run(config)
    assert done.returncode != 0
    assert "saved_model.pb" in done.stdout
    assert "unchanged" not in done.stdout
