"""The pass over texts leaves errors to the pass that reads the rows."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from components.text_example_gen.row_reader import Source
from components.text_example_gen.splits import Division
from components.text_example_gen.transforms import (
    NOTES,
    CollectTexts,
    CutFiles,
    ReadFiles,
)
from newsdesk.config.data import Data
from newsdesk.config.sections import Config

THREE = Division.by({"train": 8, "eval": 1, "test": 1})


def section(make_config: Callable[..., Config]) -> Data:
    return make_config(data={"text_columns": ["text"], "label_column": "label"}).data


def test_a_file_without_a_column_is_reported_once(
    tmp_path: Path, make_config: Callable[..., Config]
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("label,body\n1,x\n")
    data, source = section(make_config), Source(str(file), THREE)
    assert list(CutFiles(data).process(source)) == [source]
    assert list(CollectTexts(data).process(source)) == [{}]
    fault, _ = (
        json.loads(one.value) for one in ReadFiles(data).process(source) if one.tag
    )
    assert fault["fault"].startswith(f"{file}: has no column 'text'")
    assert (fault["file"], fault["first"]) == (str(file), 1)


def test_texts_of_every_class_are_collected(
    tmp_path: Path, make_config: Callable[..., Config]
) -> None:
    data = section(make_config)
    classes = len(data.labels)
    file = tmp_path / "a.csv"
    lines = [f"{number % classes},text {number}" for number in range(2000 * classes)]
    file.write_text("\n".join(["label,text", *lines]) + "\n")
    (found,) = CollectTexts(data).process(Source(str(file), THREE))
    assert set(found) == set(range(classes))
    assert all(texts.suffice for texts in found.values())


@pytest.mark.slow
def test_large_parts_are_sources_of_their_own(
    tmp_path: Path, make_config: Callable[..., Config]
) -> None:
    data = section(make_config)
    file = tmp_path / "a.csv"
    file.write_text("label,text\n" + ("1," + "x" * 1000 + "\n") * 9000)
    outputs = list(CutFiles(data).process(Source(str(file), THREE)))
    rows = 0
    for source in outputs:
        assert source.part
        *_, last = ReadFiles(data).process(source)
        assert last.tag == NOTES
        rows += json.loads(last.value)["rows"]
    assert (len(outputs), rows) == (3, 9000)
