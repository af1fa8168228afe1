"""The section about the data, from what the nodes wrote."""

import json
from pathlib import Path
from typing import Any

from components.reporter import data
from components.text_example_gen import quarantine
from components.text_statistics import length_counts, statistics
from components.text_statistics.statistics import SplitStatistics, TextStatistics
from newsdesk.report.content import Data, Drift, SplitRows
from newsdesk.rows.row import BadRow

LABELS = ["World", "Sports"]


def quarantined(folder: Path, *reasons: str) -> Path:
    folder.mkdir()
    bad = [BadRow("a.csv", row, reason, "{}") for row, reason in enumerate(reasons, 2)]
    splits = {"train": 5, "eval": 2}
    quarantine.write(str(folder), bad, 7 + len(bad), splits)
    return folder


def counted(folder: Path, **split: Any) -> Path:
    folder.mkdir()
    train = SplitStatistics(rows=5, labels={0: 4, 1: 1}, tokens=50, **split)
    found = TextStatistics(vocabulary="words", max_length=12, splits={"train": train})
    (folder / statistics.FILE).write_text(found.model_dump_json())
    return folder


def test_a_run_without_outputs_has_no_data() -> None:
    assert data.read(LABELS) == Data()


def test_bad_rows_are_counted_by_reason(tmp_path: Path) -> None:
    folder = quarantined(
        tmp_path / "quarantine",
        "the text is empty (text)",
        "unknown label 'Spots'; the labels are World, Sports",
        "unknown label 'Spots'; the labels are World, Sports",
    )

    found = data.read(LABELS, folder, spans=["2026-01-01"])

    assert (found.rows_in, found.rows_out) == (10, 7)
    assert found.quarantined == {
        "unknown label 'Spots'": 2,
        "the text is empty (text)": 1,
    }
    assert found.splits[0] == SplitRows(name="train", rows=5, by_label={})
    assert found.spans == ["2026-01-01"]


def test_rows_of_dropped_labels_are_not_bad(tmp_path: Path) -> None:
    left_out = {"left_out": {"Weather": 3}}
    quarantine.write(str(tmp_path), [], 10, {"train": 7}, more=left_out)
    found = data.read(LABELS, tmp_path)
    assert (found.rows_in, found.rows_out, found.quarantined) == (10, 7, {})
    assert found.not_wanted == {"Weather": 3}


def test_rare_reasons_are_summed_up(tmp_path: Path) -> None:
    reasons = [f"unknown label 'x{number}'" for number in range(30)]
    folder = quarantined(tmp_path / "quarantine", *reasons)

    found = data.read(LABELS, folder).quarantined

    assert (len(found), found["other reasons"]) == (11, 20)


def test_rows_and_lengths_are_shown_by_split(tmp_path: Path) -> None:
    folder = counted(tmp_path / "statistics", truncated=1, unknown=5)
    length_counts.write({"train": {3: 4, 13: 1}}, folder)

    found = data.read(LABELS, statistics=folder)

    (rows,) = found.splits
    assert (rows.rows, rows.by_label) == (5, {"World": 4, "Sports": 1})
    (lengths,) = found.lengths
    assert (lengths.split, lengths.limit) == ("train", 12)
    assert (lengths.truncated, lengths.unknown) == (0.2, 0.1)
    assert (sum(lengths.counts), lengths.counts[3]) == (5, 4)
    assert len(lengths.edges) == len(lengths.counts) + 1


def test_statistics_of_an_older_release_have_no_bars(tmp_path: Path) -> None:
    (lengths,) = data.read(LABELS, statistics=counted(tmp_path / "old")).lengths

    assert (lengths.counts, lengths.edges, lengths.limit) == ([], [], None)


def test_drift_is_what_the_gate_compared(tmp_path: Path) -> None:
    verdict = {
        "passed": False,
        "broken": [
            {"rule": "max_length_ratio", "value": 3.0, "limit": 2.0, "reason": "long"},
            {"rule": "schema", "split": "train", "reason": "a column is missing"},
        ],
        "skipped": [
            {"rule": "min_row_ratio", "value": None, "limit": 0.5, "reason": "none"}
        ],
        "kept": [
            {"rule": "labels"},
            {"rule": "max_empty_share", "value": 0.0, "limit": 0.1, "reason": "0.0%"},
            {"rule": "max_label_shift", "value": 0.1, "limit": 0.2, "reason": "moved"},
        ],
    }
    file = tmp_path / "verdict.json"
    file.write_text(json.dumps(verdict))

    assert data.read(LABELS, verdict=file).drift == [
        Drift(name="max_length_ratio", value=3.0, limit=2.0, sentence="long"),
        Drift(name="max_label_shift", value=0.1, limit=0.2, sentence="moved"),
    ]
