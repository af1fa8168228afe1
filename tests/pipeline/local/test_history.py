"""The folder of a run has its configuration and its result."""

import datetime
import json
import math
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from newsdesk.config.load import load
from newsdesk.config.sections import Config
from newsdesk.errors import ExitCode, NewsdeskError
from newsdesk.states import RunState
from pipeline.local.history import RunFolder, Summary, mark_killed, past_runs


def _summary(run: str) -> Summary:
    now = datetime.datetime.now().astimezone()
    return Summary(run=run, pipeline="x", started=now, data="/rows.csv")


def test_the_effective_configuration_can_be_run_again(
    make_config: Callable[..., Config], tmp_path: Path
) -> None:
    config = make_config(output={"root": str(tmp_path)}, train={"epochs": 9})
    folder = RunFolder.create(config)
    assert load(folder.path / "config.toml") == config


def test_the_names_on_disk_are_those_of_older_releases(
    make_config: Callable[..., Config], tmp_path: Path
) -> None:
    folder = RunFolder.create(make_config(output={"root": str(tmp_path)}))
    summary = _summary(folder.path.name)
    summary.data_digest, summary.state = "d" * 32, RunState.NOT_GOOD_ENOUGH
    folder.write(summary)

    written = json.loads((folder.path / "summary.json").read_text())
    assert (written["content"], written["state"]) == ("d" * 32, "not good enough")
    assert "data_digest" not in written
    assert list(past_runs(tmp_path)) == [summary]


def test_other_accounts_can_list_the_runs(
    make_config: Callable[..., Config], tmp_path: Path
) -> None:
    before = os.umask(0o022)
    try:
        folder = RunFolder.create(make_config(output={"root": str(tmp_path)}))
        folder.write(_summary(folder.path.name))
    finally:
        os.umask(before)
    assert (folder.path / "summary.json").stat().st_mode & 0o777 == 0o644
    names = sorted(file.name for file in folder.path.iterdir())
    assert names == ["config.toml", "summary.json"]


def test_two_runs_in_one_second_have_two_folders(
    make_config: Callable[..., Config], tmp_path: Path
) -> None:
    config = make_config(output={"root": str(tmp_path)})
    assert RunFolder.create(config).path != RunFolder.create(config).path


def test_runs_are_ordered_by_a_counter_not_by_the_clock(
    make_config: Callable[..., Config], tmp_path: Path
) -> None:
    config = make_config(output={"root": str(tmp_path)})
    runs = tmp_path / "runs"
    for name in ("20991231-235959", "r000009-29990101T000000Z", "notes"):
        (runs / name).mkdir(parents=True)
    new = RunFolder.create(config).path.name
    assert re.fullmatch(r"r000010-\d{8}T\d{6}Z", new)
    assert max(folder.name for folder in runs.iterdir()) == new


def test_a_root_that_is_a_file_is_named(
    make_config: Callable[..., Config], tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("")
    config = make_config(output={"root": str(tmp_path / "taken")})
    with pytest.raises(NewsdeskError, match="taken/runs: cannot be written"):
        RunFolder.create(config)


def test_summaries_come_back_newest_first(tmp_path: Path) -> None:
    for run in ("20260101-000000", "20260102-000000"):
        (tmp_path / "runs" / run).mkdir(parents=True)
        summary = _summary(run)
        summary.exit_code = ExitCode.NOT_GOOD_ENOUGH
        RunFolder(tmp_path / "runs" / run).write(summary)
    (tmp_path / "runs" / "20260103-000000").mkdir()
    (tmp_path / "runs" / "20260103-000000" / "summary.json").write_text("{half")
    found = list(past_runs(tmp_path))
    assert [one.run for one in found] == ["20260102-000000", "20260101-000000"]
    assert found[0].exit_code is ExitCode.NOT_GOOD_ENOUGH


def test_no_temporary_file_is_left_behind(tmp_path: Path) -> None:
    RunFolder(tmp_path).write(_summary("r"))
    assert [file.name for file in tmp_path.iterdir()] == ["summary.json"]


def test_nan_can_be_read_back(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "runs" / "20260101-000000")
    folder.path.mkdir(parents=True)
    folder.write(_summary("r").model_copy(update={"metrics": {"loss": math.nan}}))
    (found,) = past_runs(tmp_path)
    assert math.isnan(found.metrics["loss"])


def test_a_pipe_instead_of_a_summary_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "runs" / "20260101-000000").mkdir(parents=True)
    os.mkfifo(tmp_path / "runs" / "20260101-000000" / "summary.json")
    assert list(past_runs(tmp_path)) == []


def test_only_runs_of_a_state_are_read(tmp_path: Path) -> None:
    for run, text in {
        "r1": '{"run": "r1", "pipeline": "p", "data": "d"',
        "r2": '{"run": "r2", "pipeline": "p", "data": "d", "state": "pushed"',
        "r3": "[]",
    }.items():
        (tmp_path / "runs" / run).mkdir(parents=True)
        more = "" if run == "r3" else ', "started": "2026-01-01T00:00:00Z"}'
        (tmp_path / "runs" / run / "summary.json").write_text(text + more)
    found = past_runs(tmp_path, RunState.RUNNING)
    # A summary without a state is that of a run that has not ended.
    assert [one.run for one in found] == ["r1"]
    mark_killed(tmp_path)
    assert [one.state for one in past_runs(tmp_path)] == ["pushed", "killed"]
