"""The note of TextStatistics: texts that are cut, unknown or without spaces."""

from pathlib import Path
from typing import Any

import pytest

from components.text_statistics import slices, statistics
from components.text_statistics.slices import Slice
from components.text_statistics.statistics import SplitStatistics, TextStatistics
from pipeline.local.text_notes import about_texts


def note(folder: Path, tokenizer: str = "words", **counts: Any) -> str:
    """The note on a train split of 100 rows and 1,000 tokens."""
    train = SplitStatistics(rows=100, tokens=1000, **counts)
    found = TextStatistics(
        vocabulary="the given vocabulary",
        max_length=256,
        splits={"train": train, "eval": SplitStatistics(rows=100, tokens=10)},
    )
    (folder / statistics.FILE).write_text(found.model_dump_json())
    return about_texts(str(folder), tokenizer)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({}, ""),
        ({"truncated": 0, "covering": 9, "unknown": 0, "unseen": 0.2}, ""),
        (
            {"truncated": 10, "covering": 300},
            "10.0% of the train texts are cut at text.max_length",
        ),
        (
            {"truncated": 34, "covering": 700},
            "warning: 34.0% of the train texts have more tokens than text.max_length = "
            "256, and the model reads only a part of these; 700 would be enough for "
            "95% of them",
        ),
        (
            {"unknown": 100},
            "10.0% of the train tokens are not in the given vocabulary",
        ),
        (
            {"unknown": 300},
            "warning: 30.0% of the train tokens are not in the given vocabulary",
        ),
        (
            {"unseen": 0.41},
            "warning: about 41% of the tokens of a new text will be unknown, because "
            "few words are in enough train rows; add rows, or set text.tokenizer = "
            '"pieces"',
        ),
        (
            {"unspaced": 11, "truncated": 1, "covering": 9},
            "warning: 11% of the train texts have no spaces between words, so the "
            "tokenizer `words` knows few of them; set text.tokenizer = "
            '"pieces"; 1.0% of the train texts are cut at text.max_length',
        ),
    ],
)
def test_shares_are_noted_and_large_ones_are_warnings(
    tmp_path: Path, counts: dict[str, Any], expected: str
) -> None:
    assert note(tmp_path, **counts) == expected


def test_texts_without_spaces_are_no_problem_for_other_tokenizers(
    tmp_path: Path,
) -> None:
    assert note(tmp_path, "pieces", unspaced=100) == ""


def test_the_length_in_learned_pieces_is_an_estimate(tmp_path: Path) -> None:
    text = "about 10.0% of the train texts are cut at text.max_length"
    assert note(tmp_path, "pieces", truncated=10, covering=300) == text
    text = note(tmp_path, "pieces", truncated=11, covering=300)
    assert text.startswith("warning: about 11.0% of the train texts have more tokens")


def test_a_slice_that_is_much_worse_is_named(tmp_path: Path) -> None:
    found = {
        "source=mail": Slice(rows=30, tokens=300, unknown=150, truncated=30),
        "source=web": Slice(rows=29, tokens=300, unknown=300, truncated=29),
    }
    slices.write({"train": found}, tmp_path)
    text = note(tmp_path, truncated=30, covering=700, unknown=150)

    assert "text.max_length = 256 (100.0% where source=mail)" in text
    assert "the given vocabulary (50.0% where source=mail)" in text
