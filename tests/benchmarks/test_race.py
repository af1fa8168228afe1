"""The rules of the race: turns of so many steps, told on a line of their own."""

import io
import json
from pathlib import Path

import pytest

from benchmarks.race import MARK, Pace, Task


def test_a_competitor_trains_so_many_steps_a_turn(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("2\n1\n"))
    pace = Pace()
    pace.before_training()
    pace.after_step(32)
    pace.after_step(32)
    with pytest.raises(SystemExit):
        pace.after_step(8)
    told = [
        json.loads(line.removeprefix(MARK))
        for line in capsys.readouterr().out.splitlines()
    ]

    assert told[0] == {"ready": True}
    assert [turn["rows"] for turn in told[1:]] == [64, 8]
    assert all(turn["seconds"] > 0 for turn in told[1:])
    assert all(turn["peak_mib"] > 1 for turn in told[1:])


def test_a_task_travels_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    task = Task(data="d", weights="w", way="padded")
    monkeypatch.setattr("sys.argv", ["competitor", task.to_json()])

    assert Task.from_command_line() == task


def test_rows_are_title_and_description(tmp_path: Path) -> None:
    (tmp_path / "test.csv").write_text('label,title,description\n2,Öl,"a, b"\n')

    assert Task(data=str(tmp_path), weights="").rows("test") == (["Öl a, b"], [2])
