"""The rows of benchmarks: given ones, or invented ones."""

import csv
from pathlib import Path

import pytest

from benchmarks.options import data_folder, heading_of, invented, weights_folder
from benchmarks.race import Task


def test_invented_rows_have_all_labels_and_no_text_twice(tmp_path: Path) -> None:
    folder = invented(tmp_path / "rows", train=80, test=40)
    texts, labels = Task(data=str(folder), weights="").rows("train")
    tested, _ = Task(data=str(folder), weights="").rows("test")

    assert len(texts) == 80
    assert len(tested) == 40
    assert set(labels) == {0, 1, 2, 3}
    assert len({*texts, *tested}) == 120


def test_invented_rows_are_kept(tmp_path: Path) -> None:
    folder = invented(tmp_path, train=8, test=4)
    before = (folder / "train.csv").stat().st_mtime_ns
    invented(tmp_path, train=8, test=4)

    assert (folder / "train.csv").stat().st_mtime_ns == before
    with (folder / "train.csv").open(newline="", encoding="utf-8") as stream:
        assert next(csv.reader(stream)) == ["label", "title", "description"]


def test_a_folder_without_the_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="train.csv does not exist; --data needs"):
        data_folder(tmp_path)
    with pytest.raises(SystemExit, match="`make weights` downloads"):
        weights_folder(tmp_path)


def test_another_checkpoint_has_a_section_of_its_own() -> None:
    assert heading_of("Inference", "minilm") == "Inference"
    assert heading_of("Inference", "bert-base") == "Inference, bert-base"
