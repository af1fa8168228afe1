"""Two past runs are compared by what their folders contain."""

import io
import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from newsdesk.report.content import Content, Verdict
from newsdesk.states import RunState
from pipeline.cli import app
from pipeline.commands import compare as command
from pipeline.local.history import Node, RunFolder, Summary
from pipeline.terminal import layout

OLD, NEW = "r000001-20260101T000000Z", "r000002-20260102T000000Z"


def _write(root: Path, run: str, toml: str, **fields: Any) -> Path:
    folder = root / "runs" / run
    folder.mkdir(parents=True)
    values = {"run": run, "pipeline": "p", "started": "2026-01-01T00:00:00Z"}
    summary = Summary.model_validate({**values, "data": "rows.csv", **fields})
    RunFolder(folder).write(summary)
    (folder / "config.toml").write_text(toml)
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two runs."""
    metrics = {"accuracy": 0.9, "macro_f1": 0.8, "loss": 0.5, "rows": 100.0}
    _write(
        tmp_path,
        OLD,
        "[train]\nepochs = 3\nseed = 1\n",
        state="pushed",
        pushed="/serving/7",
        seconds=60.0,
        rows={"rows_in": 1000, "rows/test": 100},
        metrics=metrics | {"f1/a": 0.7, "f1/b": 0.9, "f1/same": 0.5},
        nodes=[Node(name="Trainer", state="done", seconds=20.0)],
    )
    _write(
        tmp_path,
        NEW,
        "[train]\nepochs = 5\nseed = 1\n",
        state="not good enough",
        refusals=["accuracy 0.8500 is below 0.88"],
        seconds=80.5,
        rows={"rows_in": 1200, "rows/test": 100},
        metrics=metrics | {"accuracy": 0.85, "f1/a": 0.72, "f1/b": 0.6, "f1/same": 0.5},
        nodes=[Node(name="Trainer", state="done", seconds=25.5)],
    )
    return tmp_path


def _json(root: Path, *runs: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["compare", *runs, "--json", "--root", str(root)])
    assert done.exit_code == 0, done.output
    values: dict[str, Any] = json.loads(done.output)
    return values


def test_two_runs_are_compared(root: Path) -> None:
    found = _json(root, "r000001", "r000002")
    assert found["runs"] == [OLD, NEW]
    assert found["result"]["state"] == ["pushed", "not good enough"]
    assert found["result"]["version"] == ["7", None]
    assert found["result"]["reason"] == [None, "accuracy 0.8500 is below 0.88"]
    assert found["metrics"]["accuracy"] == [0.9, 0.85]
    # The largest change first, and no class that is the same.
    assert list(found["classes"].items()) == [("b", [0.9, 0.6]), ("a", [0.7, 0.72])]
    assert found["configuration"] == {"train.epochs": [3, 5]}
    assert found["data"] == {"rows_in": [1000, 1200]}
    assert found["seconds"] == {"Trainer": [20.0, 25.5], "whole run": [60.0, 80.5]}


def test_the_address_of_a_webhook_is_not_shown(root: Path) -> None:
    for run in (OLD, NEW):
        with open(root / "runs" / run / "config.toml", "a") as stream:
            stream.write(f'[output.notify]\nurl = "https://example.org/{run}/secret"\n')
    done = CliRunner().invoke(app, ["compare", OLD, NEW, "--root", str(root)])
    assert "secret" not in done.output + json.dumps(_json(root, OLD, NEW))


def test_the_table_has_both_values_and_the_difference(root: Path) -> None:
    done = CliRunner().invoke(app, ["compare", OLD, NEW, "--root", str(root)])
    lines = [line.split() for line in done.output.splitlines()]
    assert lines[0] == [OLD, NEW, "difference"]
    assert ["metrics", "accuracy", "0.9000", "0.8500", "-0.0500"] in lines
    assert ["F1", "b", "0.9000", "0.6000", "-0.3000"] in lines
    assert ["configuration", "train.epochs", "3", "5", "+2"] in lines
    assert ["data", "rows_in", "1,000", "1,200", "+200"] in lines
    assert ["whole", "run", "60.0", "80.5", "+20.5"] in lines


def test_versions_come_from_the_reports(root: Path) -> None:
    for run, version in ((OLD, "2.16"), (NEW, "2.21")):
        content = Content(
            pipeline="p",
            run=run,
            verdict=Verdict(state=RunState.PUSHED, sentence="pushed"),
            versions={"tensorflow": version, "tfx": "1.16"},
            digests={"data": "same"},
        )
        file = root / "runs" / run / "metrics.json"
        file.write_text(content.model_dump_json())
    assert _json(root, OLD, NEW)["versions"] == {"tensorflow": ["2.16", "2.21"]}


def test_damaged_files_count_as_absent(root: Path) -> None:
    (root / "runs" / NEW / "metrics.json").write_text("{half")
    (root / "runs" / NEW / "config.toml").write_bytes(b"\xff = [")
    found = _json(root, OLD, NEW)
    assert found["configuration"]["train.epochs"] == [3, None]
    assert found["versions"] == {}


def test_nan_is_a_string_in_json(root: Path) -> None:
    _write(root, "r000003-x", "", state="failed", metrics={"loss": math.nan})
    assert _json(root, OLD, "r000003")["metrics"]["loss"] == [0.5, "nan"]


def test_an_unknown_run_names_the_newest(root: Path) -> None:
    done = CliRunner().invoke(app, ["compare", OLD, "r9", "--root", str(root)])
    assert str(done.exception) == (
        f"there is no run r9; the newest are {NEW}, {OLD}; `newsdesk runs` lists the "
        "runs"
    )


def test_the_screen_shows_the_classes_that_changed_most() -> None:
    classes = {f"c{number}": (0.5, 0.6) for number in range(12)}
    found = list(command.rows(["a", "b"], {"classes": classes}, 40))
    assert len(found) == 1 + 10 + 1
    assert found[-1][1] == "2 more classes"


@pytest.mark.parametrize("width", [80, 120])
def test_the_difference_fits_the_terminal(width: int) -> None:
    sections = {
        "configuration": {"evaluation.min_class_recall": ("x" * 99, 0.5)},
        "seconds": {"Trainer": (1.0, 2.0)},
    }
    found = list(command.rows([OLD, NEW], sections, command._room(width, sections)))
    out = io.StringIO()
    layout.table(Console(file=out, width=width, force_terminal=True), found)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue()).splitlines()
    assert lines[0].endswith("difference")
    assert lines[-1].endswith("+1.0")
    assert max(map(len, lines)) <= width
