"""`gc` keeps what a kept run needs, and everything that it does not know."""

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from newsdesk.config.sections import Config
from pipeline.local import garbage
from pipeline.local.history import Node, RunFolder, Summary

OLD, NEW = "20260101-000000", "20260102-000000"


@pytest.fixture
def config(make_config: Callable[..., Config], tmp_path: Path) -> Config:
    """Two runs that ran nodes for a minute each."""
    for run in (OLD, NEW):
        folder = RunFolder(tmp_path / "root" / "runs" / run)
        folder.path.mkdir(parents=True)
        began = datetime.datetime.strptime(run, "%Y%m%d-%H%M%S").astimezone()
        folder.write(
            Summary(
                run=run,
                pipeline="x",
                started=began,
                data="/rows.csv",
                nodes=[Node(name="Trainer", state="done", seconds=60.0)],
                state="not good enough",
            )
        )
    return make_config(output={"root": str(tmp_path / "root")})


def _found(config: Config) -> set[str]:
    return {one.path.name for one in garbage.find(config, 1).garbage}


def test_entries_that_are_not_runs_are_kept(config: Config) -> None:
    runs = config.root / "runs"
    (runs / ".DS_Store").touch()
    (runs / "0-notes").mkdir()
    (runs / "20250101-000000").symlink_to(runs / "0-notes")
    garbage.remove(garbage.find(config, 1).garbage)
    assert {path.name for path in runs.iterdir()} == {
        ".DS_Store",
        "0-notes",
        "20250101-000000",
        NEW,
    }


@pytest.mark.slow
def test_what_a_kept_run_made_stays_when_the_root_is_reached_through_a_link(
    config: Config, make_config: Callable[..., Config], tmp_path: Path
) -> None:
    _execute(config.root, NEW)
    (tmp_path / "link").symlink_to(config.root)
    linked = make_config(output={"root": str(tmp_path / "link")})
    assert _found(config) == _found(linked) == {OLD}


@pytest.mark.slow
def test_artifacts_of_a_killed_run_are_kept(config: Config) -> None:
    killed = "20260103-000000"
    folder = RunFolder(config.root / "runs" / killed)
    folder.path.mkdir()
    folder.write(
        Summary(
            run=killed,
            pipeline="x",
            started=datetime.datetime.now().astimezone(),
            data="/rows.csv",
        )
    )
    _execute(config.root, killed)
    assert _found(config) == {OLD}


def _execute(root: Path, run: str) -> None:
    """Records an execution of a run, as TFX does, and writes its artifact."""
    from ml_metadata.metadata_store import metadata_store
    from ml_metadata.proto import metadata_store_pb2 as mlmd
    from tfx.orchestration import metadata

    made = root / "artifacts" / "Trainer" / "model" / "1"
    made.mkdir(parents=True)
    store = metadata_store.MetadataStore(
        metadata.sqlite_metadata_connection_config(str(root / "metadata.sqlite"))
    )
    execution = mlmd.Execution(
        type_id=store.put_execution_type(mlmd.ExecutionType(name="Trainer"))
    )
    artifact = mlmd.Artifact(
        type_id=store.put_artifact_type(mlmd.ArtifactType(name="Model")), uri=str(made)
    )
    context = mlmd.Context(
        type_id=store.put_context_type(mlmd.ContextType(name="pipeline_run")), name=run
    )
    event = mlmd.Event(type=mlmd.Event.OUTPUT)
    store.put_execution(execution, [(artifact, event)], [context])
