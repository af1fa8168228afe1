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


def test_some_rows_of_train_are_drawn_and_all_of_test_are_kept(tmp_path: Path) -> None:
    lines = [f"{number // 50},title,text {number}" for number in range(100)]
    for split in ("train", "test"):
        content = "\n".join(["label,title,description", *lines])
        (tmp_path / f"{split}.csv").write_text(content)
    task = Task(data=str(tmp_path), weights="", train_rows=20)
    texts, labels = task.rows("train")

    assert len(set(texts)) == 20
    # The file is sorted by label, so the first rows have a single one.
    assert set(labels) == {0, 1}
    assert task.rows("train") == (texts, labels)
    assert len(task.rows("test")[0]) == 100
