"""Notes about the data on the lines of nodes."""

import json
from pathlib import Path

import pytest

from components.text_example_gen.span_note import spans_note
from components.text_statistics.statistics import FILE, SplitStatistics, TextStatistics
from newsdesk.config.data import Data
from pipeline.local import node_results


@pytest.mark.parametrize(
    ("train", "test", "note"),
    [
        (0.0, 0.0, ""),
        (0.004, 0.0, "0.4% of the train rows have a text that also has another label"),
        (0.004, 0.25, "25.0% of the test rows have a text that also has another label"),
    ],
)
def test_rows_with_contradicting_labels_are_shown(
    tmp_path: Path, train: float, test: float, note: str
) -> None:
    shares = {"train": train, "test": test}
    splits = {
        name: SplitStatistics(conflict_share=share) for name, share in shares.items()
    }
    counted = TextStatistics(splits=splits)
    (tmp_path / FILE).write_text(counted.model_dump_json())
    assert node_results.conflicts(str(tmp_path)) == note


def test_rows_over_several_lines_are_noted(tmp_path: Path) -> None:
    summary = {"rows_in": 1200, "rows_out": 1199, "quarantined": 1, "splits": {}}
    summary_file = tmp_path / "summary.json"
    summary_file.write_text(json.dumps(summary))
    note = "1,200 rows in = 1,199 out + 1 quarantined"
    assert node_results.rows_note(node_results.rows(str(tmp_path))) == note
    summary_file.write_text(json.dumps(summary | {"over_several_lines": 12}))
    several = node_results.rows_note(node_results.rows(str(tmp_path)))
    assert several == f"{note}; 12 rows span several lines"


def test_large_files_that_one_worker_read_are_named(tmp_path: Path) -> None:
    whole = {f"/{number}.csv": "is packed with gzip" for number in range(9)}
    summary_file = tmp_path / "summary.json"
    summary_file.write_text(json.dumps({"read_by_one_worker": whole}))
    lines = node_results.whole_lines(str(tmp_path))
    assert lines[0] == "one worker read /0.csv, because it is packed with gzip"
    assert lines[-1] == f"one worker read each of {10 - len(lines)} more large files"
    summary_file.write_text("{}")
    assert node_results.whole_lines(str(tmp_path)) == []


@pytest.mark.parametrize(
    ("spans", "window", "note"),
    [
        ([], 1, ""),
        (["2026-11-03"], 1, "day 2026-11-03"),
        (["7"], 1, "span 7"),
        (
            ["2026-11-01", "2026-11-02", "2026-11-03"],
            3,
            "days 2026-11-01 to 2026-11-03 (3)",
        ),
        (
            ["7", "9"],
            5,
            "spans 7 to 9 (2); data.window is 5, but there are no more spans",
        ),
    ],
)
def test_a_run_says_which_spans_it_has_read(
    spans: list[str], window: int, note: str
) -> None:
    assert spans_note(spans, window) == note


SECTION = {
    "path": "/rows",
    "text_columns": ["text"],
    "label_column": "label",
    "labels": ["World", "Sports", "Business"],
    "schema_file": "/schema.pbtxt",
}


def test_small_classes_are_named_with_choices(tmp_path: Path) -> None:
    summary = {
        "rows_in": 12,
        "rows_out": 12,
        "quarantined": 0,
        "splits": {"train": 10, "eval": 1, "test": 1},
        "small_labels": {"Sports": 1},
    }
    (tmp_path / "summary.json").write_text(json.dumps(summary))
    data = Data.model_validate(SECTION)
    rows, small = node_results.splits_lines(str(tmp_path), data)
    assert rows == "rows divided by text: train 10, eval 1, test 1"
    assert small == (
        "small: 'Sports' has 1 different text for 3 splits; add rows, or merge the "
        "label into another with data.merge_labels, or leave it out with --set "
        """'data.drop_labels=["Sports"]'"""
    )
    # With two labels, none can be left out.
    data = Data.model_validate(SECTION | {"labels": ["World", "Sports"]})
    _, small = node_results.splits_lines(str(tmp_path), data)
    assert small.endswith("data.merge_labels")


def test_the_files_of_each_split_are_shown(tmp_path: Path) -> None:
    summary = {
        "splits": {"train": 1000, "eval": 10},
        "sources": {"train": "train.csv and 2 more", "eval": "dev.csv"},
    }
    (tmp_path / "summary.json").write_text(json.dumps(summary))
    data = Data.model_validate(SECTION)
    assert node_results.splits_lines(str(tmp_path), data) == [
        "rows by split: train 1,000 (train.csv and 2 more), eval 10 (dev.csv)"
    ]
