"""Each fault ends with one sentence and its exit code, and the next run works."""

import csv
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e


@pytest.fixture
def project(tmp_path: Path, repository: Path, newsdesk: Callable[..., Any]) -> Path:
    """A folder with data of two columns, prepared by `init`."""
    with open(repository / "pipeline" / "sample" / "sample.csv", newline="") as stream:
        rows = list(csv.DictReader(stream))[:600]
    with open(tmp_path / "news.csv", "w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["desk", "body"])
        writer.writerows((row["label"], row["description"]) for row in rows)
    done = newsdesk("init", "news.csv", cwd=tmp_path)
    assert done.code == 0, done.screen + done.errors
    return tmp_path


def _sentence(done: Any) -> str:
    """Returns the error of a command; fails if the output has a traceback."""
    shown = done.screen + done.errors
    assert "Traceback" not in shown
    _, error, sentence = shown.partition("error ")
    assert error, shown
    return str(sentence)


def _write_rows(project: Path, rows: list[str]) -> None:
    (project / "news.csv").write_text("desk,body\n" + "\n".join(rows) + "\n")


def test_own_data_with_bad_rows_then_interrupted_then_run_again(
    project: Path, newsdesk: Callable[..., Any], last_summary: Callable[..., Any]
) -> None:
    lenient = (
        *("run", "newsdesk.toml"),
        *("--set", "evaluation.min_accuracy=0.3"),
        *("--set", "evaluation.min_class_recall=0"),
    )
    root = project / "newsdesk" / "news"
    clean = (project / "news.csv").read_text()
    with open(project / "news.csv", "a") as stream:
        stream.write("Weather,It rains.\n" * 67)
    stopped = newsdesk(*lenient, cwd=project)
    assert stopped.code == 4
    assert "67 of 667 rows" in _sentence(stopped)
    assert len(re.findall(r"news\.csv:\d+: .*'Weather'", _sentence(stopped))) == 5
    (kept,) = project.glob("newsdesk/news/runs/*/quarantine.jsonl")
    assert len(kept.read_text().splitlines()) == 67
    tolerated = newsdesk(*lenient, "--set", "data.max_bad_rows=0.2", cwd=project)
    assert tolerated.code == 0, tolerated.screen
    rows = last_summary(root)["rows"]
    assert (rows["rows_in"], rows["rows_out"], rows["quarantined"]) == (667, 600, 67)
    assert "667 rows in = 600 out + 67 quarantined" in tolerated.screen
    (project / "news.csv").write_text(clean)
    models = set(root.glob("artifacts/Trainer/model/*"))
    code, rest = _interrupted_in_training(project, *lenient)
    assert code == 130, rest
    assert re.search(r"stopped +on request", rest)
    assert "Traceback" not in rest
    assert last_summary(root)["state"] == "interrupted"
    assert set(root.glob("artifacts/Trainer/model/*")) == models
    again = newsdesk(*lenient, cwd=project)
    assert again.code == 0, again.screen
    states = {node["name"]: node["state"] for node in last_summary(root)["nodes"]}
    assert (states["Transform"], states["Trainer"]) == ("cached", "done")
    assert states["Pusher"] == "done"


def _interrupted_in_training(project: Path, *words: str) -> tuple[int, str]:
    """Runs and sends SIGINT in the first epoch; returns exit code and later output."""
    running = subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", *words, "--set", "train.epochs=10000"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert running.stdout is not None
    for line in running.stdout:
        if "epoch 1/" in line:
            running.send_signal(signal.SIGINT)
            break
    rest = running.stdout.read()
    return running.wait(), rest


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["--set", "train.epoch=3"], 2, r"unknown key; did you mean 'epochs'"),
        (["--set", "data.path=gone.csv"], 1, r"gone\.csv: there is no such file"),
        (["--set", "data.path=empty.csv"], 1, r"empty\.csv: .*empty"),
        (["--set", "data.path=binary.csv"], 1, r"binary\.csv"),
        (["--set", "data.schema_file=gone.pbtxt"], 2, r"gone\.pbtxt: cannot be read"),
        (["--set", "output.root=news.csv/x"], 1, r"news\.csv/x: cannot be written"),
    ],
)
def test_wrong_input_is_explained_in_one_sentence(
    project: Path,
    newsdesk: Callable[..., Any],
    words: list[str],
    code: int,
    sentence: str,
) -> None:
    (project / "empty.csv").write_text("")
    (project / "binary.csv").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    done = newsdesk("run", "newsdesk.toml", *words, cwd=project)
    assert done.code == code
    assert re.search(sentence, _sentence(done))


def test_the_gate_stops_data_with_one_class(
    project: Path, newsdesk: Callable[..., Any]
) -> None:
    _write_rows(project, [f"World,Minister number {n} resigns." for n in range(100)])
    done = newsdesk("run", "newsdesk.toml", cwd=project)
    assert done.code == 4
    assert "rule label_missing" in _sentence(done)


def test_a_full_disk_is_named(
    project: Path, small_disk: Path, newsdesk: Callable[..., Any]
) -> None:
    root = f"output.root={small_disk}/root"
    done = newsdesk("run", "newsdesk.toml", "--set", root, cwd=project)
    assert done.code == 1
    assert f"the disk that holds {small_disk}/root is full" in _sentence(done)
