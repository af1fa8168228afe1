"""What the readers do wrong is counted, and on a sample they do nothing wrong."""

from pathlib import Path

import pytest

from benchmarks.reliability.row_files import RowFiles
from benchmarks.reliability.rows import fuzz
from newsdesk.rows import csv_lines, delimited, json_lines, records
from newsdesk.rows.lines import LineCount

pytestmark = pytest.mark.slow


def test_the_readers_lose_and_change_nothing(tmp_path: Path) -> None:
    found = fuzz(tmp_path, 400, seed=3)
    assert found.faults == 0
    assert found.rows > 1000
    assert min(found.damaged, found.refused, found.lone_quotes, found.quarantined) > 10


def test_swallowed_rows_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = lambda *_: False  # noqa: E731
    monkeypatch.setattr(records.Records, "_has_lone_quotes", keep)
    assert fuzz(tmp_path, 150).swallowed > 0


def test_changed_cells_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_lines, "_cell", lambda value: str(value).lower())
    assert fuzz(tmp_path, 100).differing > 0


def test_lost_lines_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_lines.CsvLines, "put_back", lambda *_: None)
    monkeypatch.setattr(LineCount, "check", lambda *_: None)
    assert fuzz(tmp_path, 150).uncounted > 0


def test_crashes_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_content", lambda record: 1 / 0)
    assert fuzz(tmp_path, 100).crashes > 0


def test_files_come_again_for_the_same_seed() -> None:
    one, other = RowFiles(7), RowFiles(7)
    made = [one.one() for _ in range(100)]
    assert made == [other.one() for _ in range(100)]
    assert {file.format for file in made} == {"csv", "tsv", "jsonl", "parquet"}
    assert {file.kind for file in made} == {"well-formed", "damaged", "lone quotes"}
