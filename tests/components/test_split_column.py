from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from components.text_example_gen import named_splits
from newsdesk.config.data import Data
from newsdesk.config.sections import Config
from newsdesk.errors import DataError


@pytest.fixture
def section(tmp_path: Path, make_config: Callable[..., Config]) -> Callable[..., Data]:
    def make(cells: str, **values: Any) -> Data:
        rows = [f"{n % 4},text {n},{cell}" for n, cell in enumerate(cells.split())]
        file = tmp_path / "a.csv"
        file.write_text("\n".join(["label,text,set", *rows]) + "\n")
        columns = {"text_columns": ["text"], "label_column": "label"}
        data = {"path": str(file), "split_column": "set", **columns, **values}
        return make_config(data=data).data

    return make


@pytest.mark.parametrize(
    ("cells", "splits", "tested"),
    [
        ("train dev test train", ["train", "eval", "test"], "test"),
        ("Train VALIDATION train", ["train", "eval"], "eval"),
        ("test train unlabelled", ["train", "test"], "test"),
    ],
)
def test_the_column_says_which_splits_there_are(
    section: Callable[..., Data], cells: str, splits: list[str], tested: str
) -> None:
    found = named_splits.find(section(cells))
    assert (found.named_splits, found.tested_split) == (splits, tested)
    assert named_splits.find(found) == found


def test_a_column_without_splits_is_explained(section: Callable[..., Data]) -> None:
    with pytest.raises(DataError, match=r"'set' names no split; other cells: '0'"):
        named_splits.find(section("0 1 2"))
    with pytest.raises(DataError, match="'set' names train. It must name train, and"):
        named_splits.find(section("train train"))
    with pytest.raises(DataError, match=r"a\.csv: has no column 'part'"):
        named_splits.find(section("train test", split_column="part"))


def test_files_with_own_splits_need_no_column(section: Callable[..., Data]) -> None:
    with pytest.raises(ValidationError, match="split_column is for files without"):
        section("train", splits={"train": "a.csv"})


@pytest.mark.slow
def test_rows_go_where_the_column_says(
    section: Callable[..., Data], generate: Callable[..., Any]
) -> None:
    data = section("train " * 40 + "test " * 8 + "other " * 2)
    found = generate(path=data.path, split_column="set", max_bad_rows=0.1)
    assert found.summary["splits"]["test"] == 8
    assert min(row["text"] for row in found.splits["test"]) == b"text 40"
    # Every class has rows in eval, which is taken from train.
    assert {row["label"] for row in found.splits["eval"]} == {0, 1, 2, 3}
    assert found.summary["splits"]["train"] + found.summary["splits"]["eval"] == 40
    assert found.summary["sources"] == {
        "train": "by set",
        "test": "by set",
        "eval": "0.1 of train",
    }
    (first, _) = found.refused
    expected = "unknown split 'other' in 'set'; the splits of this run are train, test"
    assert first["reason"] == expected
