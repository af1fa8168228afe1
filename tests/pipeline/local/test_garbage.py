"""`gc` removes what only old runs need, and keeps what a kept run used."""

import datetime
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from newsdesk.config.sections import Config
from newsdesk.errors import Locked, NewsdeskError
from newsdesk.published import manifest
from newsdesk.states import RunState
from pipeline.cli import app
from pipeline.local import garbage, lock
from pipeline.local.history import Node, RunFolder, Summary, past_runs
from pipeline.local.outputs import Outputs
from tests.support import model
from trainer.training.checkpoints import Checkpoints

OLD, MIDDLE, NEW = "20260101-000000", "20260102-000000", "20260103-000000"


class Store:
    """A metadata store like that of TFX, of nodes with one output."""

    def __init__(self, root: Path) -> None:
        from ml_metadata.metadata_store import metadata_store
        from tfx.orchestration import metadata

        database = metadata.sqlite_metadata_connection_config(
            str(root / "metadata.sqlite")
        )
        self.root = root
        self.store = metadata_store.MetadataStore(database)

    def execute(
        self, run: str, node: str, reads: Sequence[int] = (), cached: int | None = None
    ) -> int:
        """Writes down an execution and its artifact's folder; gives its id."""
        from ml_metadata.proto import metadata_store_pb2 as mlmd

        def named(kind: Any, put: Callable[[Any], int]) -> int:
            return put(kind(name=kind.__name__))

        execution_type = named(mlmd.ExecutionType, self.store.put_execution_type)
        artifact_type = named(mlmd.ArtifactType, self.store.put_artifact_type)
        context_type = self.store.put_context_type(
            mlmd.ContextType(name="pipeline_run")
        )
        (execution,) = self.store.put_executions(
            [mlmd.Execution(type_id=execution_type)]
        )
        artifact = cached
        if artifact is None:
            folder = self.root / "artifacts" / node / "output" / str(execution)
            folder.mkdir(parents=True)
            (folder / "data").write_bytes(b"x" * 1000)
            made = mlmd.Artifact(type_id=artifact_type, uri=str(folder))
            (artifact,) = self.store.put_artifacts([made])
        (self.root / "artifacts" / node / ".system" / "tmp" / str(execution)).mkdir(
            parents=True
        )
        events = [
            (artifact, mlmd.Event.OUTPUT),
            *((one, mlmd.Event.INPUT) for one in reads),
        ]
        self.store.put_events(
            [
                mlmd.Event(execution_id=execution, artifact_id=one, type=kind)
                for one, kind in events
            ]
        )
        known = self.store.get_context_by_type_and_name("pipeline_run", run)
        context = known.id if known else None
        if context is None:
            new = mlmd.Context(type_id=context_type, name=run)
            (context,) = self.store.put_contexts([new])
        belongs = mlmd.Association(execution_id=execution, context_id=context)
        self.store.put_attributions_and_associations([], [belongs])
        return int(artifact)


@pytest.fixture
def config(make_config: Callable[..., Config], tmp_path: Path) -> Config:
    return make_config(output={"root": str(tmp_path / "root")})


@pytest.fixture
def root(config: Config) -> Path:
    config.root.mkdir()
    return config.root


@pytest.fixture
def store(root: Path) -> Store:
    """Three runs; the newest used cached examples of the middle one."""
    store = Store(root)
    _finish(root, OLD, MIDDLE, NEW)
    store.execute(OLD, "Trainer", [store.execute(OLD, "Gen")])
    examples = store.execute(MIDDLE, "Gen")
    store.execute(MIDDLE, "Trainer", [examples])
    store.execute(NEW, "Gen", cached=examples)
    store.execute(NEW, "Trainer", [examples])
    return store


def _finish(
    root: Path,
    *runs: str,
    nodes: Sequence[str] = ("Gen", "Trainer"),
    state: RunState = RunState.NOT_GOOD_ENOUGH,
) -> None:
    for run in runs:
        folder = RunFolder(root / "runs" / run)
        folder.path.mkdir(parents=True)
        folder.write(
            Summary(
                run=run,
                pipeline="x",
                started=datetime.datetime.strptime(run, "%Y%m%d-%H%M%S").astimezone(),
                data="/rows.csv",
                nodes=[Node(name=name, state="done", seconds=1.0) for name in nodes],
                state=state,
            )
        )


def _found(config: Config, keep_last: int) -> set[str]:
    found = garbage.find(config, keep_last)
    return {str(one.path.relative_to(config.root)) for one in found.garbage}


def _left(config: Config) -> set[str]:
    found = garbage.find(config, 1).unexplained
    return {str(path.relative_to(config.root)) for path in found}


@pytest.mark.usefixtures("store")
def test_few_runs_have_no_garbage(config: Config) -> None:
    assert _found(config, 3) == set()


def test_a_root_without_runs_has_no_garbage(config: Config) -> None:
    assert _found(config, 1) == set()


@pytest.mark.usefixtures("store")
def test_artifacts_of_the_oldest_run_are_garbage(config: Config) -> None:
    assert _found(config, 2) == {
        "artifacts/Gen/.system/tmp/1",
        "artifacts/Gen/output/1",
        "artifacts/Trainer/.system/tmp/2",
        "artifacts/Trainer/output/2",
        f"runs/{OLD}",
    }


@pytest.mark.usefixtures("store")
def test_runs_that_only_answered_rows_are_not_counted(config: Config) -> None:
    before = _found(config, 2)
    days = ("20260104-000000", "20260105-000000")
    _finish(config.root, *days, nodes=["BulkInferrer"], state=RunState.UNCHANGED)
    assert _found(config, 2) == before


@pytest.mark.usefixtures("store")
def test_artifacts_that_the_newest_run_took_from_the_cache_are_kept(
    config: Config,
) -> None:
    found = _found(config, 1)
    assert "artifacts/Gen/output/3" not in found
    assert {"artifacts/Trainer/output/2", "artifacts/Trainer/output/4"} <= found
    assert "artifacts/Trainer/output/6" not in found


def test_artifacts_that_a_kept_run_only_read_are_kept(
    config: Config, store: Store
) -> None:
    _finish(config.root, "20260104-000000")
    store.execute("20260104-000000", "Evaluator", reads=[1])
    assert "artifacts/Gen/output/1" not in _found(config, 1)


@pytest.mark.usefixtures("store")
def test_a_run_that_did_nothing_does_not_count(config: Config) -> None:
    _finish(config.root, "20260105-000000", nodes=())
    assert _found(config, 3) == set()
    assert f"runs/{OLD}" in _found(config, 2)


def _train(
    config: Config, digest: str, run: str = "", root: Path | None = None
) -> None:
    """Writes checkpoints of a training that a run of a root has begun."""
    checkpoints = Checkpoints(config.checkpoints / (digest * 32))
    checkpoints.save(1, {"a": np.ones(3)})
    if run:
        checkpoints.sign(str((root or config.root) / "runs" / run))


@pytest.mark.usefixtures("store")
def test_checkpoints_of_old_runs_are_garbage(config: Config) -> None:
    for digest, run in (("a", OLD), ("b", MIDDLE), ("c", NEW)):
        _train(config, digest, run)
    (config.checkpoints / "mine").mkdir()
    found = {one for one in _found(config, 2) if one.startswith("checkpoints")}
    assert found == {f"checkpoints/{'a' * 32}"}


@pytest.mark.usefixtures("store")
def test_checkpoints_of_other_roots_are_kept(
    config: Config, make_config: Callable[..., Config], tmp_path: Path
) -> None:
    output = {"root": str(config.root), "checkpoints": str(tmp_path / "shared")}
    config = make_config(output=output)
    _train(config, "a", OLD)
    _train(config, "b", OLD, tmp_path / "another root")
    _train(config, "c")
    found = garbage.find(config, 1)
    assert config.checkpoints / ("a" * 32) in [one.path for one in found.garbage]
    assert found.unexplained == [config.checkpoints / ("c" * 32)]


@pytest.mark.usefixtures("store")
def test_a_moved_root_keeps_and_removes_the_same(
    config: Config, make_config: Callable[..., Config], tmp_path: Path
) -> None:
    _train(config, "a", OLD)
    _train(config, "c", NEW)
    before = _found(config, 1)
    moved = make_config(output={"root": str(tmp_path / "moved")})
    config.root.rename(moved.root)
    assert _found(moved, 1) == before
    assert f"checkpoints/{'a' * 32}" in before


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("content", [None, b"", b"no database", b"SQLite format 3\0"])
def test_without_a_database_artifacts_are_kept_and_named(
    config: Config, content: bytes | None
) -> None:
    (config.root / "metadata.sqlite").unlink()
    if content is not None:
        (config.root / "metadata.sqlite").write_bytes(content)
    assert _found(config, 1) == {f"runs/{OLD}", f"runs/{MIDDLE}"}
    assert {"artifacts/Gen/output/1", "artifacts/Trainer/output/6"} <= _left(config)


@pytest.mark.usefixtures("store")
def test_entries_that_are_not_artifacts_are_kept_and_named(config: Config) -> None:
    for name in ("Gen/notes.txt", "Gen/output/notes.txt", "Gen/output/77/x"):
        path = config.root / "artifacts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    left = _left(config)
    assert left == {"artifacts/Gen/output/77", "artifacts/Gen/output/notes.txt"}
    garbage.remove(garbage.find(config, 1).garbage)
    assert all((config.root / path).exists() for path in left)


@pytest.mark.usefixtures("store")
def test_digests_are_removed_with_their_artifact(config: Config) -> None:
    gen = config.root / "artifacts" / "Gen" / "output"
    Outputs(config.root).record([str(gen / "1"), str(gen / "3")])
    assert "artifacts/Gen/output/1.sha256" in _found(config, 1)
    garbage.remove(garbage.find(config, 1).garbage)
    assert {path.name for path in gen.iterdir()} == {"3", "3.sha256"}


@pytest.mark.usefixtures("store")
def test_published_versions_are_kept(config: Config) -> None:
    version = Path(config.serving) / "1"
    version.mkdir(parents=True)
    garbage.remove(garbage.find(config, 1).garbage)
    assert version.is_dir()
    assert garbage.find(config, 1) == garbage.Found([], [])
    assert (config.root / "runs" / NEW / "summary.json").exists()


@pytest.mark.usefixtures("store")
def test_sizes_are_those_of_the_files(config: Config) -> None:
    sizes = {one.path.name: one.size for one in garbage.find(config, 2).garbage}
    assert sizes["2"] == 1000


@pytest.mark.usefixtures("store")
def test_what_cannot_be_removed_is_named(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(garbage.shutil, "rmtree", refuse)
    with pytest.raises(NewsdeskError, match="/1: cannot be removed: Permission denied"):
        garbage.remove(garbage.find(config, 2).garbage)


@pytest.fixture
def command(root: Path) -> list[str]:
    """The command `gc` for the root."""
    sample = Path(__file__).parents[3] / "pipeline" / "configs" / "sample.toml"
    return [
        *("gc", str(sample), "--set", f"output.root={root}", "--set", "name=x"),
        *("--keep-last", "2"),
    ]


@pytest.mark.usefixtures("store")
def test_a_dry_run_lists_and_removes_nothing(
    config: Config, command: list[str]
) -> None:
    done = CliRunner().invoke(app, [*command, "--dry-run"])
    *lines, total, kept = done.output.splitlines()
    assert len(lines) == 5
    removed = "4 artifact folders, 1 run; 0.0 MB"
    assert total.split() == ["would", "remove", *removed.split()]
    assert kept.split() == [
        *("kept", "run", MIDDLE),
        *"and newer runs: they include the newest 2 good runs".split(),
        *"(failed runs do not count)".split(),
    ]
    assert len(_found(config, 2)) == 5
    done = CliRunner().invoke(app, command)
    assert done.output.splitlines()[-2].split() == ["removed", *removed.split()]
    assert _found(config, 2) == set()
    done = CliRunner().invoke(app, command)
    assert done.output.split() == [
        *"removed nothing: no run is older than the newest 2 good runs".split()
    ]


@pytest.mark.usefixtures("store")
def test_scratch_folders_of_drivers_are_not_listed(config: Config) -> None:
    folder = config.root / "artifacts" / "Gen" / ".system" / "driver_execution" / "179"
    folder.mkdir(parents=True)
    assert _left(config) == set()
    assert not any("driver_execution" in one for one in _found(config, 1))


@pytest.mark.usefixtures("store")
def test_failed_runs_do_not_count_as_good(config: Config) -> None:
    failed = ["20260104-000000", "20260105-000000", "20260106-000000"]
    _finish(config.root, *failed, state=RunState.FAILED)
    assert _found(config, 3) == set()
    assert f"runs/{OLD}" in _found(config, 2)
    assert not any(one.startswith("runs/2026010") for one in _found(config, 3))
    # A failed run that is older than every kept run is removed.
    _finish(config.root, "20251231-000000", state=RunState.FAILED)
    assert _found(config, 3) == {"runs/20251231-000000"}


@pytest.mark.usefixtures("store")
def test_what_made_the_model_in_service_is_kept(
    config: Config, command: list[str]
) -> None:
    version = Path(config.serving) / "1"
    (version / "assets.extra").mkdir(parents=True)
    origin = model.origin().model_copy(update={"run": OLD})
    manifest.write(manifest.describe(version, origin), version)
    found = _found(config, 1)
    assert f"runs/{MIDDLE}" in found
    assert "artifacts/Trainer/output/4" in found
    assert not {f"runs/{OLD}", "artifacts/Gen/output/1"} & found
    done = CliRunner().invoke(app, [*command, "--keep", "1"])
    last = done.output.splitlines()[-1].split(maxsplit=1)
    assert last == ["kept", f"run {OLD}: it made the model in service"]
    assert (config.root / "artifacts" / "Trainer" / "output" / "2").is_dir()


@pytest.mark.usefixtures("store")
def test_without_a_manifest_the_last_push_is_kept(config: Config) -> None:
    (Path(config.serving) / "1").mkdir(parents=True)
    folder = RunFolder(config.root / "runs" / OLD)
    summary = next(run for run in past_runs(config.root) if run.run == OLD)
    summary.state = RunState.PUSHED
    folder.write(summary)
    assert f"runs/{OLD}" not in _found(config, 1)


@pytest.mark.usefixtures("store")
def test_gc_is_refused_during_a_run(config: Config, command: list[str]) -> None:
    with lock.held(config.root, "a run"):
        done = CliRunner().invoke(app, command)
    assert isinstance(done.exception, Locked)
    assert len(_found(config, 2)) == 5


@pytest.mark.usefixtures("store")
def test_artifacts_of_a_newer_run_stay_although_its_summary_is_damaged(
    config: Config,
) -> None:
    (config.root / "runs" / NEW / "summary.json").write_text("{half")
    assert "artifacts/Trainer/output/6" not in _found(config, 1)


@pytest.mark.usefixtures("store")
def test_shared_checkpoints_of_a_root_that_was_here_before_stay(
    config: Config, make_config: Callable[..., Config], tmp_path: Path
) -> None:
    output = {"root": str(config.root), "checkpoints": str(tmp_path / "shared")}
    config = make_config(output=output)
    _train(config, "a", "20250101-000000")
    found = garbage.find(config, 1)
    assert found.unexplained == [config.checkpoints / ("a" * 32)]


@pytest.mark.usefixtures("store")
def test_gc_does_not_wait_for_a_pipe(config: Config) -> None:
    _train(config, "a")
    os.mkfifo(config.checkpoints / ("a" * 32) / "run.txt")
    assert _left(config) == {f"checkpoints/{'a' * 32}"}
