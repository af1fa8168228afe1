"""The benchmarks of growth write rows of every kind, and compare runs node by node."""

import os
import sys
from pathlib import Path

import pytest

from benchmarks import large_input, node_growth, processor_seconds


def test_a_large_input_has_rows_of_every_kind(tmp_path: Path) -> None:
    rows = large_input.write(tmp_path / "a.csv", 1_500_000)
    text = (tmp_path / "a.csv").read_text()
    assert rows == 2000
    assert len(text) > 1_500_000
    for part in ('0,5" pipe 0 ', "\n9,unknown label 999\n", '""quoted"""\n', '2,"word'):
        assert part in text


def test_time_per_row_and_memory_are_compared() -> None:
    few = {
        "Transform": {"seconds": 8.0, "peak_bytes": 2**30},
        "Pusher": {"seconds": 0.5},
    }
    many = {
        "Transform": {"seconds": 24.0, "peak_bytes": 2**31},
        "Pusher": {"seconds": 0.6},
    }
    assert node_growth.cells([few, many], (100_000, 500_000)) == [
        ["Transform", "8.0 s", "24.0 s", "0.60", "25,000", "2,048 MiB", "2.00"],
        ["Pusher", "0.5 s", "0.6 s", "", "", "", ""],
    ]


def test_generated_rows_are_different(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["label,title,description", *(f"{n % 2},t{n},d{n}" for n in range(8))]
    (tmp_path / "train.csv").write_text("\n".join(lines) + "\n")
    monkeypatch.setattr(node_growth, "data_folder", lambda _: tmp_path)
    node_growth.write(tmp_path / "rows", 30)
    train = (tmp_path / "rows" / "train.csv").read_text().splitlines()
    test = (tmp_path / "rows" / "test.csv").read_text().splitlines()
    assert [len(train), len(test)] == [28, 4]
    assert len(set(train + test)) == 31


def test_processor_seconds_belong_to_the_node_that_ends() -> None:
    work = "[n * n for n in range(1_000_000)]"
    one, two = (f"print('✓ {name}  done  1.0 s')" for name in ("One", "Two"))
    program = f"print('start'); {work}; {one}; {two}"
    code, found = processor_seconds.by_node([sys.executable, "-c", program])
    assert code == 0
    assert found["One"] > found["Two"]


def test_processor_seconds_include_children_that_have_ended(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    before = "R 1 2 3 4 5 6 7 8 9 10"
    (tmp_path / "7" / "stat").write_text(f"7 (a) b) {before} 100 20 300 4000 5 6")
    ticks = os.sysconf("SC_CLK_TCK")
    assert processor_seconds.seconds(7, tmp_path) == 4420 / ticks
