"""A Python program runs a configuration and gets the summary."""

import logging
import threading
from pathlib import Path
from typing import Any

import pytest

import newsdesk
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError, ExitCode, Locked
from newsdesk.states import NodeState, RunState
from pipeline.api.running import as_sets
from pipeline.local import lock
from pipeline.local.history import RunFolder, Summary
from pipeline.terminal.screen import Screen
from tests.pipeline.commands.test_run_if_new_data import CONFIG, ROWS

Started = list[tuple[Config, str]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The configuration of a pipeline, and its rows."""
    (tmp_path / "rows.csv").write_text(ROWS)
    (tmp_path / "newsdesk.toml").write_text(CONFIG)
    return tmp_path / "newsdesk.toml"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    """Replaces the nodes with a print; the configurations they would get."""
    found: Started = []

    def nodes(
        config: Config,
        folder: RunFolder,
        screen: Screen,
        _: Any,
        accepted: str,
        __: Any,
        last: str,
    ) -> Summary:
        found.append((config, accepted))
        print("a library prints")
        screen.end("Trainer", NodeState.DONE, 1.0)
        return Summary.model_validate(
            {
                "run": folder.path.name,
                "pipeline": config.name,
                "started": "2026-01-02T03:04:05Z",
                "data": config.data.path,
                "state": RunState.NOT_GOOD_ENOUGH,
                "exit_code": ExitCode.NOT_GOOD_ENOUGH,
            }
        )

    monkeypatch.setattr("pipeline.local.runner.run", nodes)
    monkeypatch.setattr("pipeline.local.run_report.write", lambda *_, **__: None)
    return found


def test_a_run_returns_its_summary(file: Path, started: Started) -> None:
    summary = newsdesk.run(
        file, {"train.epochs": 5, "model.dropout": 0.25}, accept_new_baseline="new"
    )
    assert isinstance(summary, newsdesk.Summary)
    assert summary.state is RunState.NOT_GOOD_ENOUGH
    ((config, accepted),) = started
    assert (config.train.epochs, config.model.dropout, accepted) == (5, 0.25, "new")
    (log,) = file.parent.glob("root/runs/*/log.txt")
    assert "a library prints" in log.read_text()


@pytest.mark.parametrize("show", [True, False])
def test_a_run_prints_only_what_was_asked_for(
    file: Path, started: Started, capfd: pytest.CaptureFixture[str], show: bool
) -> None:
    before = list(logging.getLogger().handlers)
    newsdesk.run(file, ["train.epochs=1"], show=show)
    assert ("Trainer" in capfd.readouterr().out) is show
    assert logging.getLogger().handlers == before


def test_a_run_may_start_in_another_thread(file: Path, started: Started) -> None:
    thread = threading.Thread(target=newsdesk.run, args=(file,))
    thread.start()
    thread.join()
    assert len(started) == 1


def test_faults_are_raised_before_the_run(file: Path, started: Started) -> None:
    with pytest.raises(ConfigError, match="train.epochs"):
        newsdesk.run(file, {"train.epochs": -1})
    with lock.held(file.parent / "root", "a rollback"):
        with pytest.raises(Locked):
            newsdesk.run(file)
    assert started == []


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({"a.b": True, "a.c": [1, "x"]}, ["a.b=true", 'a.c=[1, "x"]']),
        ({"a.b": 'say "x"', "a.c": Path("y")}, ['a.b="say \\"x\\""', 'a.c="y"']),
        (["a.b=1"], ["a.b=1"]),
        ("a.b=1", ["a.b=1"]),
        ((), []),
    ],
)
def test_overrides_are_written_as_toml(overrides: Any, expected: list[str]) -> None:
    assert as_sets(overrides) == expected


def test_a_value_that_toml_lacks_is_named() -> None:
    with pytest.raises(ConfigError, match="train.epochs: a value of type object"):
        as_sets({"train.epochs": object()})


def test_the_command_uses_the_same_functions(
    file: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from pipeline.cli import app

    done = CliRunner().invoke(app, ["run", str(file)])
    assert done.exit_code == ExitCode.NOT_GOOD_ENOUGH
    assert len(started) == 1
