"""`newsdesk report` shows the page of a run, and makes a missing one again."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from components.reporter import files
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError, ExitCode
from newsdesk.states import RunState
from newsdesk.training import Training
from pipeline.cli import app
from pipeline.commands import chosen_run, report
from pipeline.local import report_facts
from pipeline.local.history import RunFolder, Summary


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with two runs of an older release, which have no report."""
    for number, error in ((1, "the disk is full"), (2, "\x1b[31mred")):
        run = f"r{number:06}-20250101T00000{number}Z"
        folder = RunFolder(tmp_path / "runs" / run)
        folder.path.mkdir(parents=True)
        folder.write(
            Summary(
                run=run,
                pipeline="desks",
                started=f"2025-01-01T00:00:0{number}Z",
                data="d",
                state=RunState.FAILED,
                error=error,
            )
        )
    return tmp_path


def test_a_missing_page_is_made_again(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "copy.html"
    words = ["report", "r000001", "--root", str(root), "--out", str(out)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "the disk is full" in done.output and "copy.html" in done.output
    (folder,) = root.glob("runs/r000001-*")
    assert "the disk is full" in (folder / files.PAGE).read_text()
    assert out.read_bytes() == (folder / files.PAGE).read_bytes()


def test_a_page_that_is_made_again_keeps_the_next_step(
    root: Path, make_config: Callable[..., Config]
) -> None:
    folder = RunFolder.create(make_config(output={"root": str(root)}))
    summary = Summary(
        run=folder.path.name,
        pipeline="desks",
        started="2026-01-01T00:00:00Z",
        data="d",
        command=["newsdesk", "run", "my news.toml"],
        state=RunState.NOT_GOOD_ENOUGH,
        exit_code=ExitCode.NOT_GOOD_ENOUGH,
        training=Training(epochs=3, made=3, best=3, ended="epochs", patience=3),
    )
    folder.write(summary)
    words = ["report", folder.path.name, "--root", str(root)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    command = "newsdesk run 'my news.toml' --set train.epochs=6"
    assert f"`{command}`" in done.output

    state = {"state": RunState.KILLED, "exit_code": ExitCode.FAILED}
    folder.write(summary.model_copy(update=state))
    done = CliRunner().invoke(app, words)
    assert "`newsdesk run 'my news.toml'`" in done.output
    assert "the same command continues" in done.output


def test_the_command_that_shows_the_training_is_printed(root: Path) -> None:
    (folder,) = root.glob("runs/r000002-*")
    words = ["report", "r000002", "--root", str(root)]
    (root / "artifacts" / "logs").mkdir(parents=True)
    trained = SimpleNamespace(uri=str(root / "artifacts" / "logs"))
    facts = report_facts.Facts()
    facts.add_outputs(root, "Trainer", {"model_run": trained})
    facts.write(folder)
    assert "tensorboard" not in CliRunner().invoke(app, words).output

    (root / "artifacts" / "logs" / "events.out.tfevents.1.host").touch()
    command = f"training   tensorboard --logdir {root}/artifacts/logs"
    assert command in CliRunner().invoke(app, words).output.splitlines()


def test_the_page_of_a_run_that_was_killed_later_is_made_again(root: Path) -> None:
    (folder,) = root.glob("runs/r000001-*")
    words = ["report", "r000001", "--root", str(root)]
    _set_state(folder, RunState.RUNNING)
    assert "# Running" in CliRunner().invoke(app, words).output
    _set_state(folder, RunState.KILLED)

    assert "# Killed" in CliRunner().invoke(app, words).output
    assert "Killed" in (folder / files.PAGE).read_text()


def test_a_page_of_the_end_is_not_made_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["report", "r000001", "--root", str(root)]
    CliRunner().invoke(app, words)
    monkeypatch.setattr("pipeline.local.run_report.write", lambda *_: 1 / 0)

    assert CliRunner().invoke(app, words).exit_code == 0


def _set_state(folder: Path, state: RunState) -> None:
    summary = Summary.model_validate_json((folder / "summary.json").read_bytes())
    RunFolder(folder).write(summary.model_copy(update={"state": state}))


def test_the_newest_run_is_shown_and_cannot_control_the_terminal(root: Path) -> None:
    done = CliRunner().invoke(app, ["report", "--root", str(root)])
    assert "r000002" in done.output and "\x1b" not in done.output


def test_an_unknown_run_is_answered_with_the_newest_ones(root: Path) -> None:
    expected = (
        "there is no run r9; the newest are r000002-20250101T000002Z, "
        "r000001-20250101T000001Z; `newsdesk runs` lists the runs"
    )
    with pytest.raises(ConfigError, match=expected):
        report._chosen("r9", root)


def test_a_folder_without_runs_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no runs here; choose a pipeline with"):
        report._chosen("", tmp_path)


def test_a_beginning_of_several_runs_is_not_enough(root: Path) -> None:
    with pytest.raises(ConfigError, match="several runs begin with r00000"):
        report._chosen("r00000", root)


def test_of_many_fitting_runs_only_some_are_named(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chosen_run, "_NAMED", 1)
    expected = f"r00000: r000002-20250101T000002Z in {root} and 1 more; give more"
    with pytest.raises(ConfigError, match=expected):
        report._chosen("r00000", root)
