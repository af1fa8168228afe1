"""Runs, versions and artifacts of an older release can be used and removed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from newsdesk.config.load import load
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError
from newsdesk.published.in_service import newest
from newsdesk.published.rollback import roll_back
from newsdesk.published.stores import store
from pipeline.cli import app
from pipeline.local import garbage, ownership
from pipeline.local.history import RunFolder, past_runs
from pipeline.local.outputs import difference
from tests.support import old_root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return old_root.unpack(tmp_path / "old")


@pytest.fixture
def config(root: Path) -> Config:
    """The effective configuration of the newest old run."""
    file = root / "runs" / old_root.RUNS[-1] / "config.toml"
    return load(file, [f"output.root={root}"])


def test_its_runs_are_listed(root: Path) -> None:
    done = CliRunner().invoke(app, ["runs", "--root", str(root), "--json"])
    runs = [json.loads(line) for line in done.output.splitlines()]
    assert [run["run"] for run in runs] == old_root.RUNS[::-1]
    assert {run["state"] for run in runs} == {"pushed"}


def test_its_manifests_fit_its_versions(config: Config) -> None:
    place = store(config.serving)
    assert place.versions() == old_root.VERSIONS
    for version, run in zip(old_root.VERSIONS, old_root.RUNS, strict=True):
        assert place.verify(version).origin.run == run
    current = newest(config.serving)
    assert current and current.version == old_root.VERSIONS[-1]


@pytest.mark.slow
def test_its_version_is_rolled_back(config: Config) -> None:
    done = roll_back(config.serving)
    assert done.copied == old_root.VERSIONS[0]
    found = store(config.serving).verify(done.version)
    assert (
        found.model_digest == store(config.serving).manifest(done.copied).model_digest
    )


def test_it_belongs_to_the_pipeline_that_made_it(root: Path) -> None:
    with pytest.raises(ConfigError, match="belongs to the pipeline 'old', and this"):
        ownership.claim(root, "another")
    ownership.claim(root, old_root.NAME)
    assert (root / ".pipeline").read_text() == "old\n"


def test_new_runs_come_after_its_runs(root: Path, config: Config) -> None:
    new = RunFolder.create(config).path.name
    assert max(path.name for path in (root / "runs").iterdir()) == new
    assert new.startswith("r000001-")


def test_its_artifacts_have_no_digests_and_are_used(root: Path) -> None:
    made = [path for path in root.glob("artifacts/*/*/*") if path.is_dir()]
    assert len(made) > 10
    assert {difference(folder) for folder in made} == {""}


@pytest.mark.slow
def test_gc_removes_what_only_its_older_run_used(root: Path, config: Config) -> None:
    found = garbage.find(config, 1)
    removed = {str(one.path.relative_to(root)) for one in found.garbage}
    assert f"runs/{old_root.RUNS[0]}" in removed
    assert "artifacts/Trainer/model/9" in removed
    assert found.unexplained == []
    garbage.remove(found.garbage)
    assert [run.run for run in past_runs(root)] == old_root.RUNS[1:]
    assert (root / "artifacts/Trainer/model/21/Format-Serving").is_dir()
    assert store(config.serving).versions() == old_root.VERSIONS
