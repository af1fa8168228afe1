"""Messages and exit codes of the commands, without a whole run."""

import io
import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from newsdesk.published import manifest
from pipeline.commands import run_list
from pipeline.commands.shown import command
from pipeline.local.history import Node, RunFolder, Summary
from pipeline.local.run_files import ListedRun, listed
from pipeline.terminal import layout
from tests.conftest import REPOSITORY
from tests.support import model


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


@pytest.fixture
def past_run(tmp_path: Path) -> Summary:
    """A run that was not good enough."""
    folder = tmp_path / "newsdesk" / "desks" / "runs" / "r000012-20260102T030405Z"
    folder.mkdir(parents=True)
    summary = Summary(
        run=folder.name,
        pipeline="desks",
        started="2026-01-02T03:04:05Z",  # type: ignore[arg-type]
        data="/data/{YYYY}-{MM}-{DD}/rows.csv",
        spans=["2026-01-01", "2026-01-02"],
        seconds=61.2,
        state="not good enough",
        nodes=[
            Node(name="Transform", state="cached", seconds=0.1),
            Node(name="Trainer", state="done", seconds=40.0, peak_bytes=3 << 29),
        ],
        rows={
            "rows_in": 1240,
            "rows_out": 1234,
            "quarantined": 6,
            "rows/train": 1000,
            "rows/test": 234,
        },
        split="test",
        metrics={
            "accuracy": 0.5,
            "macro_f1": 0.4,
            "loss": 1.2,
            "ece": 0.03,
            "rows": 234.0,
        },
        baseline="7",
        baseline_metrics={"accuracy": 0.6, "macro_f1": 0.5, "loss": 1.0, "rows": 234.0},
        refusals=["accuracy 0.5 is too low " + "because of this " * 9],
    )
    RunFolder(folder).write(summary)
    return summary


def test_runs_are_listed_with_the_reason(
    newsdesk: Callable[..., subprocess.CompletedProcess[str]], past_run: Summary
) -> None:
    head, shown = newsdesk("runs").stdout.splitlines()
    assert re.split("  +", head) == [
        *("run", "started", "seconds", "state", "rows", "accuracy", "change"),
        "version or reason",
    ]
    started = past_run.started.astimezone()
    assert re.split("  +", shown) == [
        past_run.run,
        f"{started:%Y-%m-%d %H:%M}",
        "61.2",
        "not good enough",
        "1,234",
        "0.5000",
        "-0.1000",
        past_run.refusals[0].rstrip(),
    ]
    (line,) = newsdesk("runs", "--json").stdout.splitlines()
    assert json.loads(line)["refusals"] == past_run.refusals
    assert json.loads(line)["spans"] == ["2026-01-01", "2026-01-02"]


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_a_terminal_lists_one_line_a_run(past_run: Summary, width: int) -> None:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=True, no_color=True)
    run = ListedRun.of(json.loads(past_run.model_dump_json()))
    layout.table(console, run_list.rows([run, run], width))
    lines = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue()).splitlines()
    assert len(lines) == 3
    assert all(len(line) <= width for line in lines)
    assert lines[1].startswith("r000012")
    assert "not good enough" in lines[1]
    assert lines[1].endswith("…")


def test_a_terminal_of_80_columns_shows_figures_and_version() -> None:
    run = ListedRun.of(
        {
            "run": "r000012-20260102T030405Z",
            "pipeline": "desks",
            "started": "2026-01-02T03:04:05Z",
            "state": "pushed",
            "rows": {"rows_out": 123456},
            "metrics": {"accuracy": 0.9},
            "baseline_metrics": {"accuracy": 0.8},
            "pushed": "s3://bucket/serving/1795745743",
        }
    )
    out = io.StringIO()
    console = Console(file=out, width=80, force_terminal=True, no_color=True)
    layout.table(console, run_list.rows([run], 80))
    last = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue()).splitlines()[-1]
    assert last.endswith("pushed  123,456  0.9000    +0.1000  1795745743")


def test_the_list_may_be_limited_to_the_newest_runs(
    newsdesk: Callable[..., subprocess.CompletedProcess[str]],
    past_run: Summary,
    tmp_path: Path,
) -> None:
    newer = past_run.model_copy(update={"run": "r000013-20260103T030405Z"})
    folder = tmp_path / "newsdesk" / "desks" / "runs" / newer.run
    folder.mkdir()
    RunFolder(folder).write(newer)
    _, line = newsdesk("runs", "--limit", "1").stdout.splitlines()
    assert line.startswith(newer.run)
    (line,) = newsdesk("runs", "--limit", "1", "--json").stdout.splitlines()
    assert json.loads(line)["run"] == newer.run


@pytest.mark.parametrize(
    "damaged",
    ["{half", "[]", '{"run": "r"}', '{"run": "r", "pipeline": "p", "rows": 5}'],
)
def test_a_summary_that_cannot_be_read_is_not_listed(
    tmp_path: Path, past_run: Summary, damaged: str
) -> None:
    root = tmp_path / "newsdesk" / "desks"
    (root / "runs" / "r000013-20260103T030405Z").mkdir()
    (root / "runs" / "r000013-20260103T030405Z" / "summary.json").write_text(damaged)
    assert [run.run for run in listed(root)] == [past_run.run]


def test_a_run_is_shown_whole(
    newsdesk: Callable[..., subprocess.CompletedProcess[str]], past_run: Summary
) -> None:
    folder = f"newsdesk/desks/runs/{past_run.run}"
    assert newsdesk("runs", "r000012").stdout.splitlines() == [
        f"run        {past_run.run}",
        "pipeline   desks",
        "state      not good enough",
        f"reason     {past_run.refusals[0].rstrip()}",
        "data       /data/{YYYY}-{MM}-{DD}/rows.csv",
        "days       2026-01-01 to 2026-01-02 (2)",
        "rows       1,240 read, 1,234 used, 6 quarantined",
        "splits     train 1,000, test 234",
        "metrics    accuracy 0.5000, macro F1 0.4000, loss 1.2000, calibration error "
        "0.0300 on 234 test rows",
        "baseline   version 7: accuracy 0.6000, macro F1 0.5000, loss 1.0000 on the "
        "same rows",
        "started    2026-01-02 03:04:05+00:00",
        "took       61.2 s",
        "nodes      Transform        cached       0.1 s",
        "           Trainer          done        40.0 s    1.50 GiB",
        f"folder     {folder}",
        f"log        {folder}/log.txt",
    ]
    done = newsdesk("runs", "r000013")
    assert (done.returncode, done.stderr) == (
        2,
        "error there is no run r000013; the newest are r000012-20260102T030405Z; "
        "`newsdesk runs` lists the runs\n",
    )


def test_the_metrics_of_the_model_in_service_outlive_its_run(
    newsdesk: Callable[..., subprocess.CompletedProcess[str]],
    past_run: Summary,
    tmp_path: Path,
) -> None:
    serving = tmp_path / "newsdesk" / "desks" / "serving" / "7"
    (serving / "assets.extra").mkdir(parents=True)
    metrics = {"accuracy": 0.91, "macro_f1": 0.9, "loss": 0.3, "rows": 50.0}
    origin = model.origin().model_copy(update={"metrics": metrics, "run": "r000003-x"})
    described = manifest.describe(serving, origin)
    manifest.write(described, serving)
    last = newsdesk("runs").stdout.splitlines()[-1]
    assert last == (
        "in service of desks: version 7, pushed by run r000003-x on "
        f"{described.published:%Y-%m-%d}: accuracy 0.9100, macro F1 0.9000, loss "
        "0.3000 on 50 rows"
    )


def test_runs_imports_nothing_slow() -> None:
    code = (
        "import sys, pipeline.commands.run_list\n"
        "assert 'pydantic' not in sys.modules\n"
        "import pipeline.commands.run_details, pipeline.local.in_service\n"
        "slow = {'tensorflow', 'tfx', 'apache_beam', 'newsdesk.config.sections'}\n"
        "assert not slow & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=REPOSITORY)


def test_doctor_accepts_this_installation(
    newsdesk: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = newsdesk("doctor")
    assert done.returncode == 0, done.stdout
    assert "tensorflow-text" in done.stdout


def test_the_versions_are_printed_without_importing_tensorflow(
    newsdesk: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = newsdesk("--version")
    assert (done.returncode, done.stderr) == (0, "")
    python = re.escape(platform.python_version())
    assert re.fullmatch(
        rf"newsdesk [\d.]+\S*, Python {python}, TensorFlow 2\.\d+\.\d+\n", done.stdout
    )


def test_a_shell_completes_commands(tmp_path: Path) -> None:
    asked = {
        "_NEWSDESK_COMPLETE": "complete_bash",
        "COMP_WORDS": "newsdesk ver",
        "COMP_CWORD": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | asked | {"PYTHONPATH": str(REPOSITORY)},
    )
    assert done.stdout.split() == ["verify"]


@pytest.mark.parametrize(
    ("on_path", "expected"),
    [(True, "newsdesk"), (False, "'a venv/bin/newsdesk'")],
)
def test_the_printed_command_works_where_it_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, on_path: bool, expected: str
) -> None:
    scripts = tmp_path / "a venv" / "bin"
    scripts.mkdir(parents=True)
    (scripts / "newsdesk").touch(mode=0o755)
    other = tmp_path / "other"
    other.mkdir()
    (other / "newsdesk").touch(mode=0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", str(scripts / "python"))
    monkeypatch.setenv("PATH", str(scripts if on_path else other))
    assert command() == expected
    (scripts / "newsdesk").unlink()
    assert command() == "'a venv/bin/python' -m pipeline.cli"


def test_a_run_shows_its_first_line_before_anything_slow_is_imported() -> None:
    code = """if True:
        import sys
        from pipeline.commands.run import start_run
        from pipeline.terminal import streams
        def say(text):
            print(text, sorted({"numpy", "tensorflow", "tfx"} & set(sys.modules)))
            sys.exit()
        streams.say = say
        from newsdesk.config.load import load
        start_run(load("pipeline/configs/sample.toml"), (), False, "")
    """
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY
    )
    assert done.stdout == "sample: data in pipeline/sample/sample.csv []\n"
