"""The states of runs that did not finish."""

import contextlib
import datetime
import io
import json
import logging
import os
import pkgutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from components.text_example_gen import content
from newsdesk.config.sections import Config
from newsdesk.errors import ExitCode, GateError, Interrupted, ModelError
from newsdesk.identity.recipe import Recipe
from newsdesk.published import manifest
from newsdesk.published.local_store import LocalStore
from pipeline.commands.run import _seen
from pipeline.interrupt import Signals, interruptible
from pipeline.local import runner
from pipeline.local.executions import Records
from pipeline.local.history import RunFolder, Summary
from pipeline.terminal.screen import Screen
from tests.support import model


@pytest.mark.parametrize(
    ("error", "code", "state", "has_seen"),
    [
        (GateError("too many duplicates"), ExitCode.STOPPED_BY_GATE, "stopped", True),
        (
            RuntimeError("newsdesk.errors.GateError: bad rows [while running 'x']"),
            ExitCode.STOPPED_BY_GATE,
            "stopped",
            True,
        ),
        # Another time it may work, so the next run must not pass these data over.
        (ModelError("no space left"), ExitCode.STOPPED_BY_GATE, "failed", False),
        (Interrupted("stopped"), ExitCode.INTERRUPTED, "interrupted", False),
        (SystemExit(0), ExitCode.FAILED, "failed", False),
        # A file name that is not UTF-8 is no reason to leave a run as running.
        (GateError("\udcff.csv: bad"), ExitCode.STOPPED_BY_GATE, "stopped", True),
    ],
)
def test_only_a_gate_is_a_verdict_on_the_data(
    make_config: Callable[..., Config],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: ExitCode,
    state: str,
    has_seen: bool,
) -> None:
    def launch(run: runner.LocalRun, _: object) -> None:
        run.summary.data_digest = "digest"
        raise error

    monkeypatch.setattr(runner.LocalRun, "launch", launch)
    monkeypatch.setattr(content, "data_digest", lambda _: "digest")
    config = make_config(output={"root": str(tmp_path / "root")})
    screen = Screen(Console(file=io.StringIO()))
    summary = runner.run(config, RunFolder.create(config), screen)
    assert (summary.exit_code, summary.state) == (code, state)
    assert (_seen(config) is not None) == has_seen


def test_an_error_that_a_signal_causes_is_an_interruption(
    make_config: Callable[..., Config], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def launch(*_: object) -> None:
        with contextlib.suppress(Interrupted):
            os.kill(os.getpid(), signal.SIGTERM)
        raise AttributeError("partially initialized module")

    monkeypatch.setattr(runner.LocalRun, "launch", launch)
    config = make_config(output={"root": str(tmp_path / "root")})
    screen = Screen(Console(file=io.StringIO()))
    folder = RunFolder.create(config)
    with interruptible() as signals:
        summary = runner.run(config, folder, screen, signals=signals)
    assert (summary.exit_code, summary.state, summary.error) == (
        ExitCode.INTERRUPTED,
        "interrupted",
        "stopped on request",
    )


@pytest.mark.usefixtures("default_sigint", "default_sighup")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("when", ["before it is logged", "before it is explained"])
def test_a_signal_after_an_error_changes_no_summary(
    make_config: Callable[..., Config],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: signal.Signals,
    when: str,
) -> None:
    def launch(*_: object) -> None:
        raise GateError("too many duplicates")

    def log(_: str) -> None:
        if when == "before it is logged":
            os.kill(os.getpid(), number)

    def explain(error: BaseException, _: Path) -> tuple[str, ExitCode]:
        if when == "before it is explained":
            os.kill(os.getpid(), number)
        return str(error), ExitCode.STOPPED_BY_GATE

    monkeypatch.setattr(runner.LocalRun, "launch", launch)
    monkeypatch.setattr(logging.getLogger("newsdesk"), "exception", log)
    monkeypatch.setattr(runner, "explain", explain)
    config = make_config(output={"root": str(tmp_path / "root")})
    folder = RunFolder.create(config)
    with interruptible() as signals:
        screen = Screen(Console(file=io.StringIO()))
        runner.run(config, folder, screen, signals=signals)
    written = json.loads((folder.path / "summary.json").read_text())
    assert (written["state"], written["error"]) == ("stopped", "too many duplicates")


@pytest.mark.parametrize(
    ("restored", "state", "pushed"),
    [(None, "unchanged", True), (3, "withdrawn", False)],
)
def test_after_a_rollback_the_run_is_withdrawn_not_unchanged(
    make_config: Callable[..., Config],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    restored: int | None,
    state: str,
    pushed: bool,
) -> None:
    (tmp_path / "rows.csv").touch()
    data = {"path": str(tmp_path / "rows.csv")}
    config = make_config(data=data, output={"root": str(tmp_path / "root")})
    told = {"run_key": runner.run_key("recipe", "digest"), "restored": restored}
    (tmp_path / "model").mkdir()
    current = manifest.describe(
        tmp_path / "model", model.origin().model_copy(update=told)
    )
    monkeypatch.setattr(content, "data_digest", lambda _: "digest")
    monkeypatch.setattr(runner, "recipe", lambda _: Recipe("recipe", "", {}))
    monkeypatch.setattr(runner, "newest", lambda _: runner.InService(7, current))
    monkeypatch.setattr(LocalStore, "verify", lambda *_: current)
    # It needs no other process.
    monkeypatch.delattr(runner.standby, "prepare")
    screen = Screen(Console(file=io.StringIO()))
    summary = runner.run(config, RunFolder.create(config), screen)
    assert (summary.exit_code, summary.state) == (ExitCode.DONE, state)
    assert (summary.pushed == f"{config.serving}/7") == pushed


def test_the_process_of_the_training_starts_before_tfx_is_imported(
    make_config: Callable[..., Config],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "rows.csv").touch()
    data = {"path": str(tmp_path / "rows.csv")}
    config = make_config(data=data, output={"root": str(tmp_path / "root")})
    steps: list[str] = []
    monkeypatch.setattr(runner, "recipe", lambda _: Recipe("recipe", "", {}))
    monkeypatch.setattr(runner.standby, "prepare", lambda *of: steps.append(of[0]))
    monkeypatch.setattr(runner.standby, "dismiss", lambda: steps.append("dismissed"))

    def fails() -> None:
        steps.append("imports")
        raise ModuleNotFoundError("tfx")

    monkeypatch.setattr(runner, "lean_imports", fails)
    screen = Screen(Console(file=io.StringIO()))
    summary = runner.run(config, RunFolder.create(config), screen)
    assert summary.state == "failed"
    assert steps == ["trainer.process", "imports", "dismissed"]


@pytest.mark.parametrize(
    ("is_interrupted", "state"), [(True, "stopped"), (False, "failed")]
)
def test_a_node_that_a_signal_ended_is_stopped_not_failed(
    make_config: Callable[..., Config], tmp_path: Path, is_interrupted: bool, state: str
) -> None:
    class Launcher:
        def launch(self) -> None:
            raise RuntimeError("half imported")

    config = make_config(output={"root": str(tmp_path / "root")})
    out = io.StringIO()
    summary = Summary(
        run="r", pipeline="p", started=datetime.datetime.now().astimezone(), data="d"
    )
    signals = Signals([2] if is_interrupted else [])
    run = runner.LocalRun(config, Screen(Console(file=out)), summary, signals, "")
    with pytest.raises(RuntimeError):
        run._run_node("Trainer", Launcher(), Records(None), ["model"])
    (node,) = summary.nodes
    assert node.state == state
    assert node.peak_bytes is not None
    assert f"Trainer          {state}" in out.getvalue()


@pytest.mark.parametrize(
    ("node", "ended", "last", "prepared"),
    [
        ("TextExampleGen", "COMPLETE", "", ["components.publisher.rehearsal"]),
        ("TextExampleGen", "CACHED", "", []),
        ("Trainer", "COMPLETE", "", ["components.publisher.rehearsal"]),
        ("Transform", "COMPLETE", "", []),
        ("TextExampleGen", "COMPLETE", "Tuner", []),
    ],
)
def test_the_process_of_the_rehearsal_starts_only_for_a_run_that_may_push(
    make_config: Callable[..., Config],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    node: str,
    ended: str,
    last: str,
    prepared: list[str],
) -> None:
    class Execution:
        execution_id = 1

    class Launcher:
        def launch(self) -> Execution:
            return Execution()

    config = make_config(output={"root": str(tmp_path / "root")})
    summary = Summary(
        run="r", pipeline="p", started=datetime.datetime.now().astimezone(), data="d"
    )
    screen = Screen(Console(file=io.StringIO()))
    run = runner.LocalRun(config, screen, summary, Signals(), "", last)
    run.folder.path.mkdir(parents=True)
    monkeypatch.setattr(Records, "state", lambda *_: ended)
    monkeypatch.setattr(Records, "outputs", lambda *_: {})
    monkeypatch.setattr(runner.Notes, "of", lambda *_: "")
    monkeypatch.setattr(runner.Facts, "add_outputs", lambda *_: None)
    found: list[str] = []
    monkeypatch.setattr(runner.standby, "prepare", lambda *of: found.append(of[0]))
    run._run_node(node, Launcher(), Records(None), [])
    assert found == prepared


@pytest.mark.parametrize(
    ("node", "imported"),
    [("Transform", []), ("Trainer", [runner._WHILE_TRAINING])],
)
def test_what_the_report_needs_is_imported_during_the_training(
    make_config: Callable[..., Config],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    node: str,
    imported: list[Any],
) -> None:
    found: list[Any] = []

    class Launcher:
        def launch(self) -> None:
            found.append("launched")
            raise RuntimeError

    config = make_config(output={"root": str(tmp_path / "root")})
    summary = Summary(
        run="r", pipeline="p", started=datetime.datetime.now().astimezone(), data="d"
    )
    screen = Screen(Console(file=io.StringIO()))
    run = runner.LocalRun(config, screen, summary, Signals(), "")
    monkeypatch.setattr(runner.standby, "import_aside", found.append)
    with pytest.raises(RuntimeError):
        run._run_node(node, Launcher(), Records(None), [])
    assert found == [*imported, "launched"]
    # Otherwise nothing imports them early, and nobody notices.
    assert all(map(pkgutil.resolve_name, runner._WHILE_TRAINING))


@pytest.mark.parametrize(
    ("is_interrupted", "state"), [(True, "stopped"), (False, "failed")]
)
def test_a_run_keeps_its_result_if_its_report_fails(
    make_config: Callable[..., Config], tmp_path: Path, is_interrupted: bool, state: str
) -> None:
    class Launcher:
        def launch(self) -> None:
            raise RuntimeError("no space left")

    config = make_config(output={"root": str(tmp_path / "root")})
    out = io.StringIO()
    summary = Summary(
        run="r", pipeline="p", started=datetime.datetime.now().astimezone(), data="d"
    )
    signals = Signals([2] if is_interrupted else [])
    screen = Screen(Console(file=out, width=200))
    run = runner.LocalRun(config, screen, summary, signals, "")
    run._run_node("Reporter", Launcher(), Records(None), ["report"])
    assert [node.state for node in summary.nodes] == [state]
    assert "no space left; the result of the run is not affected" in out.getvalue()
