"""Messages and exit codes of the commands, without a whole run."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.local.history import Node, RunFolder, Summary
from tests.conftest import REPOSITORY


@pytest.fixture
def newsdesk(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command line in an empty folder."""

    def run(*words: str, cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pipeline.cli", *words],
            capture_output=True,
            text=True,
            cwd=cwd,
            env=os.environ | {"COLUMNS": "200", "PYTHONPATH": str(REPOSITORY)},
        )

    return run


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (
            ["run", "gone.toml"],
            2,
            "error gone.toml: there is no such file; `newsdesk init DATA` writes one\n",
        ),
        (
            ["predict", "a text"],
            2,
            "error newsdesk: contains no pushed model; make one with `newsdesk run "
            "CONFIG`, or choose one with --root DIR or --model DIR\n",
        ),
        (
            ["predict", "--model", "."],
            2,
            "error .: contains no model (saved_model.pb, or folders of versions named "
            "by a number); give the folder that a run pushed to\n",
        ),
    ],
)
def test_an_error_is_one_sentence(
    newsdesk: Callable[..., subprocess.CompletedProcess[str]],
    words: list[str],
    code: int,
    error: str,
) -> None:
    done = newsdesk(*words)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", error)


@pytest.mark.parametrize(
    "words",
    [
        ["run", "--bogus"],
        ["run", "a.toml", "beam"],
        ["predict", "-x"],
        ["encoder", "import", "a-checkpoint-without-to"],
    ],
)
def test_wrong_usage_ends_with_2(
    newsdesk: Callable[..., subprocess.CompletedProcess[str]], words: list[str]
) -> None:
    done = newsdesk(*words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_root_that_libraries_read_as_a_pattern_is_refused(
    newsdesk: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    folder = tmp_path / "run [1] x"
    folder.mkdir()
    (folder / "rows.csv").write_text("body,desk\n" + "one,a\ntwo,b\n" * 20)
    assert newsdesk("init", "rows.csv", cwd=folder).returncode == 0
    done = newsdesk("run", cwd=folder)
    assert done.returncode == 2
    assert done.stderr == (
        f"error output.root = '{folder}/newsdesk/rows': contains '[', which Apache "
        "Beam and TensorFlow read as a pattern; choose another folder with --set "
        "output.root=FOLDER\n"
    )
    assert not (folder / "newsdesk").exists()


def test_control_characters_in_data_are_escaped(
    newsdesk: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    rows = "one,a\x1b[31m\ntwo,b[bold]\n" * 20
    (tmp_path / "news-[a-c].csv").write_text("bo\x9bdy,desk\n" + rows)
    done = newsdesk("init", "news-[a-c].csv", "--text", "bo\x9bdy", "--label", "desk")
    assert done.stdout.splitlines()[1:4] == [
        r"header   the first row names the columns: bo\x9bdy, desk",
        r"text     bo\x9bdy",
        r"label    desk: a\x1b[31m (20), b[bold] (20)",
    ]
    done = newsdesk("run", "no [X-12]\x1b[2J:100:.toml")
    assert done.stderr.startswith(r"error no [X-12]\x1b[2J:100:.toml: there is no such")


def test_giving_up_a_baseline_requires_a_reason(
    newsdesk: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = newsdesk("run", "a.toml", "--accept-new-baseline", " ")
    assert "needs a reason" in done.stderr


def test_an_empty_list_of_runs_names_the_command(
    newsdesk: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    assert newsdesk("runs").stdout == "no runs yet; `newsdesk run CONFIG` starts one\n"


def test_runs_are_listed_with_the_reason(
    newsdesk: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    folder = tmp_path / "newsdesk" / "desks" / "runs" / "20260102-030405"
    folder.mkdir(parents=True)
    summary = Summary(
        run=folder.name,
        pipeline="desks",
        started="2026-01-02T03:04:05Z",  # type: ignore[arg-type]
        data="/data/rows.csv",
        seconds=61.2,
        state="not good enough",
        nodes=[Node(name="Trainer", state="done", seconds=40.0)],
        rows={"rows_out": 1234},
        metrics={"accuracy": 0.5},
        refusals=["too low"],
    )
    RunFolder(folder).write(summary)
    shown = newsdesk("runs").stdout.splitlines()[1]
    assert shown.split(maxsplit=7) == [
        "20260102-030405",
        "desks",
        "rows.csv",
        "1,234",
        "0.5000",
        "61",
        "s",
        "not good enough: too low",
    ]
    (line,) = newsdesk("runs", "--json").stdout.splitlines()
    assert json.loads(line)["refusals"] == ["too low"]


def test_doctor_accepts_this_installation(
    newsdesk: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = newsdesk("doctor")
    assert done.returncode == 0, done.stdout
    assert "tensorflow-text" in done.stdout
