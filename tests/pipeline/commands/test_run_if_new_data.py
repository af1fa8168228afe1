"""`newsdesk run --if-new-data` compares only the content of the data."""

import datetime
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from components.text_example_gen import content
from newsdesk.config.load import load
from newsdesk.config.sections import Config
from newsdesk.errors import DataError, ExitCode, Locked, NewsdeskError
from newsdesk.published.local_store import LocalStore
from pipeline.cli import app
from pipeline.local import lock
from pipeline.local.history import RunFolder, Summary
from tests.support.versions import Publish

ROWS = "label,text\nb,an old text\na,another text\n"
CONFIG = """
name = "desks"
[data]
path = "rows.csv"
text_columns = ["text"]
label_column = "label"
labels = ["a", "b"]
schema_file = "schema.pbtxt"
[output]
root = "root"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The configuration of a pipeline, and its rows."""
    (tmp_path / "rows.csv").write_text(ROWS)
    (tmp_path / "newsdesk.toml").write_text(CONFIG)
    return tmp_path


@pytest.fixture
def run(project: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs the command; a run that begins ends with 3, "not good enough"."""

    def begin(*_: object) -> ExitCode:
        return ExitCode.NOT_GOOD_ENOUGH

    monkeypatch.setattr("pipeline.commands.run.start_run", begin)

    def invoke(*words: str) -> Result:
        file = str(project / "newsdesk.toml")
        return CliRunner().invoke(app, ["run", file, "--if-new-data", *words])

    return invoke


def _remember(config: Config, state: str, run: str = "20260101-000000") -> None:
    """Writes the summary of a run of the same data."""
    folder = RunFolder(config.root / "runs" / run)
    folder.path.mkdir(parents=True)
    folder.write(
        Summary(
            run=run,
            pipeline="desks",
            started=datetime.datetime.now().astimezone(),
            data=config.data.path,
            data_digest=content.data_digest(config.data),
            state=state,
        )
    )


@pytest.fixture
def config(project: Path) -> Config:
    return load(project / "newsdesk.toml")


def test_a_first_run_begins(run: Callable[..., Result]) -> None:
    assert run().exit_code == ExitCode.NOT_GOOD_ENOUGH


@pytest.mark.parametrize("state", ["pushed", "unchanged", "not good enough", "stopped"])
def test_data_with_a_verdict_does_not_start_a_run(
    run: Callable[..., Result], config: Config, state: str
) -> None:
    _remember(config, state)
    done = run()
    assert done.exit_code == ExitCode.DONE
    told = f"no new data since run 20260101-000000 ({state}): nothing to do\n"
    assert done.output == told


@pytest.mark.parametrize("state", ["failed", "killed", "interrupted"])
def test_a_run_without_a_verdict_is_tried_again(
    run: Callable[..., Result], config: Config, state: str
) -> None:
    _remember(config, state)
    assert run().exit_code == ExitCode.NOT_GOOD_ENOUGH


def test_the_time_of_a_file_does_not_count(
    run: Callable[..., Result], config: Config, project: Path
) -> None:
    _remember(config, "pushed")
    os.utime(project / "rows.csv", (1, 1))
    assert run().exit_code == ExitCode.DONE


def test_other_content_of_the_same_size_and_time_is_new(
    run: Callable[..., Result], config: Config, project: Path
) -> None:
    _remember(config, "pushed")
    file = project / "rows.csv"
    before = file.stat()
    file.write_text(ROWS.replace("old", "new"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (
        before.st_size,
        before.st_mtime_ns,
    )
    assert run().exit_code == ExitCode.NOT_GOOD_ENOUGH


def test_only_the_last_verdict_counts(
    run: Callable[..., Result], config: Config, project: Path
) -> None:
    _remember(config, "pushed")
    (project / "rows.csv").write_text(ROWS + "a,more\n")
    _remember(config, "pushed", "20260102-000000")
    (project / "rows.csv").write_text(ROWS)
    assert run().exit_code == ExitCode.NOT_GOOD_ENOUGH


def test_data_of_the_version_in_service_is_not_new(
    run: Callable[..., Result], config: Config, publish: Publish
) -> None:
    store = LocalStore(Path(config.serving))
    version = publish(store, data_digest=content.data_digest(config.data))
    done = run()
    assert done.exit_code == ExitCode.DONE
    assert done.output == f"no new data since version {version}: nothing to do\n"


def test_a_span_counts_when_it_is_complete(
    run: Callable[..., Result], project: Path
) -> None:
    words = (
        "--set",
        f"data.path={project}/day-{{SPAN}}/rows.csv",
        "--set",
        "data.span_marker=_SUCCESS",
    )
    for day in (1, 2):
        (project / f"day-{day}").mkdir()
        (project / f"day-{day}" / "rows.csv").write_text(ROWS * day)
    (project / "day-1" / "_SUCCESS").write_text("")
    _remember(load(project / "newsdesk.toml", words[1::2]), "pushed")
    assert run(*words).exit_code == ExitCode.DONE
    (project / "day-2" / "_SUCCESS").write_text("")
    assert run(*words).exit_code == ExitCode.NOT_GOOD_ENOUGH


def test_an_error_before_the_run_is_posted_to_the_webhook(
    run: Callable[..., Result],
    project: Path,
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[Summary] = []
    monkeypatch.setattr(
        "pipeline.notify.notify", lambda settings, summary: told.append(summary)
    )
    with lock.held(config.root, "a rollback"):
        assert _failure(run(), Locked) == ExitCode.LOCKED
    (project / "rows.csv").unlink()
    assert _failure(run(), DataError) == ExitCode.FAILED
    locked, missing = told
    assert locked.exit_code == ExitCode.LOCKED
    assert "a rollback (process" in (locked.error or "")
    assert "rows.csv: there is no such file" in (missing.error or "")


def test_a_disk_that_is_full_before_the_run_is_named(
    run: Callable[..., Result], config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipeline.commands.run.start_run", full)
    error = run().exception
    assert isinstance(error, NewsdeskError)
    assert f"the disk that holds {config.root} is full" in str(error)


def _failure(done: Result, kind: type[NewsdeskError]) -> ExitCode:
    assert isinstance(done.exception, NewsdeskError)
    assert done.exception.exit_code == kind.exit_code
    return done.exception.exit_code
