"""Lengths of texts: exact while short, rounded up when long."""

from pathlib import Path

import pytest

from components.text_statistics import length_counts
from components.text_statistics.lengths import Lengths


@pytest.mark.parametrize(
    ("lengths", "covering"),
    [
        ([], 0),
        ([0], 0),
        ([*[3] * 95, *[100] * 5], 3),
        ([*[3] * 94, *[100] * 6], 100),
        ([255], 255),
        ([1001], 1004),
        ([1_000_000], 1_000_000 // 4096 * 4096 + 4096),
    ],
)
def test_the_length_that_is_enough_for_most_texts(
    lengths: list[int], covering: int
) -> None:
    here, there = Lengths(), Lengths()
    for place, tokens in enumerate(lengths):
        (here if place % 2 else there).add(tokens)
    here.merge(there)

    assert here.covering() == covering


def test_special_tokens_count_as_length() -> None:
    lengths = Lengths()
    for tokens in (7, 3, 3, 1001):
        lengths.add(tokens)

    assert lengths.counts(ends=2) == {5: 2, 9: 1, 1006: 1}


def test_lengths_are_read_as_written(tmp_path: Path) -> None:
    length_counts.write({"train": {3: 2, 9: 1}, "eval": {}}, tmp_path)

    assert length_counts.read(tmp_path) == {"train": {3: 2, 9: 1}, "eval": {}}


def test_statistics_of_an_older_release_have_no_lengths(tmp_path: Path) -> None:
    assert length_counts.read(tmp_path) == {}


def test_memory_does_not_grow_with_the_length_of_texts() -> None:
    lengths = Lengths()
    for tokens in range(0, 200_000, 7):
        lengths.add(tokens)

    assert len(lengths._texts) < 2000
    assert lengths.covering() == pytest.approx(190_000, rel=0.01)
