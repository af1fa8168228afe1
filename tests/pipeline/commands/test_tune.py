"""`newsdesk tune` shows its trials, and prints values that can be pasted."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from typer.testing import CliRunner

from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError, ExitCode
from newsdesk.states import RunState
from newsdesk.tuning import TRIALS, Trial, TrialState, Tuning
from pipeline.cli import app
from pipeline.local import report_facts
from pipeline.local.history import RunFolder, Summary
from tests.pipeline.commands.test_run_if_new_data import CONFIG, ROWS

SPACE = "\n[tune.space]\nmodel.dropout = {low = 0.0, high = 0.5}\n"
TUNING = Tuning(
    metric="accuracy",
    trials=[
        Trial(
            number=1,
            values={"model.dropout": 0.1},
            state=TrialState.DONE,
            metric=0.5,
            course=[0.4, 0.5],
            seconds=2.0,
        ),
        Trial(
            number=2,
            values={"model.dropout": 0.25},
            state=TrialState.DONE,
            metric=0.75,
            course=[0.7, 0.75],
            seconds=1.5,
        ),
        Trial(
            number=3,
            values={"model.dropout": 0.4},
            state=TrialState.PRUNED,
            course=[0.3],
            reason="worse than half of the trials after epoch 1",
        ),
    ],
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The configuration of a pipeline, and its rows."""
    (tmp_path / "rows.csv").write_text(ROWS)
    (tmp_path / "newsdesk.toml").write_text(CONFIG + SPACE)
    return tmp_path / "newsdesk.toml"


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> Callable[[ExitCode], list[Any]]:
    """Replaces the nodes; keeps the last node that they would get."""

    def prepare(code: ExitCode) -> list[Any]:
        found: list[Any] = []

        def nodes(config: Config, folder: RunFolder, *more: Any) -> Summary:
            found.append(more[-1])
            if code == ExitCode.DONE:
                (config.root / "trials").mkdir()
                written = config.root / "trials" / TRIALS
                written.write_text(TUNING.model_dump_json())
                report_facts.Facts(trials="trials").write(folder.path)
            return Summary.model_validate(
                {
                    "run": folder.path.name,
                    "pipeline": config.name,
                    "started": "2026-01-02T03:04:05Z",
                    "data": config.data.path,
                    "state": RunState.TUNED,
                    "exit_code": code,
                    "error": None if code == ExitCode.DONE else "stopped on request",
                }
            )

        monkeypatch.setattr("pipeline.local.runner.run", nodes)
        monkeypatch.setattr("pipeline.local.run_report.write", lambda *_, **__: None)
        return found

    return prepare


def run(file: Path, *words: str) -> Any:
    return CliRunner().invoke(app, ["tune", str(file), *words])


def test_trials_are_a_table_and_the_best_values_toml(
    file: Path,
    ended: Callable[[ExitCode], list[Any]],
    capfd: pytest.CaptureFixture[str],
) -> None:
    last = ended(ExitCode.DONE)
    result = run(file)
    assert (result.exit_code, last) == (0, ["Tuner"])
    table, _, toml = result.stdout.partition("# ")
    lines = [line.split() for line in table.strip().splitlines()]
    assert ["1", "0.1", "0.5000", "done", "2.0", "as", "configured"] in lines
    assert ["2*", "0.25", "0.7500", "done", "1.5"] in lines
    assert ["3", "0.4", "(0.3000)", "pruned", "0.0", "worse"] in [
        line[:6] for line in lines
    ]
    assert toml.startswith("3 trials (1 pruned); best is 2: eval accuracy 0.7500, as")
    assert tomlkit.parse(f"# {toml}").unwrap() == {"model": {"dropout": 0.25}}


def test_json_has_everything(
    file: Path, ended: Callable[[ExitCode], list[Any]]
) -> None:
    ended(ExitCode.DONE)
    found = json.loads(run(file, "--json").stdout)
    assert found["values"] == {"model.dropout": 0.25}
    assert (found["best"], found["figure"], found["configured"]) == (2, 0.75, 0.5)
    assert [trial["state"] for trial in found["trials"]] == ["done", "done", "pruned"]


def test_an_interrupted_tuning_prints_no_values(
    file: Path,
    ended: Callable[[ExitCode], list[Any]],
    capfd: pytest.CaptureFixture[str],
) -> None:
    ended(ExitCode.INTERRUPTED)
    result = run(file)
    assert result.exit_code == ExitCode.INTERRUPTED
    shown = capfd.readouterr().out + result.stdout
    assert "the same command continues; finished trials are kept" in shown
    assert "#" not in shown


def test_a_configuration_without_a_space_is_refused(file: Path) -> None:
    file.write_text(CONFIG)
    result = run(file)
    assert isinstance(result.exception, ConfigError)
    assert "has no tune section; add [tune.space]" in str(result.exception)
