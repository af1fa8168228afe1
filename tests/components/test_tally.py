"""Tallies do not depend on order; they are exact while they fit, else estimates."""

import functools
import random
import re

import pytest

from components.text_statistics.conflicts import Conflict
from components.text_statistics.statistics import (
    SKETCH_SIZE,
    SplitStatistics,
    text_hash,
)
from components.text_statistics.tally import Row, Tally


def _row(text: str, label: int = 0) -> Row:
    words = text.split()
    return Row(text, label, len(words), None, [_number(word) for word in words])


@functools.cache
def _number(word: str) -> float:
    return random.Random(word).random()


def _plain(number: int) -> Row:
    return Row(f"text {number}", 0, 2, None, None)


def _counted(
    rows: list[Row], room: int | None = 1000, min_rows: int = 1
) -> SplitStatistics:
    tally = Tally()
    for row in rows:
        tally.add(row)
    return tally.statistics(room, min_rows)


def test_rows_labels_tokens_and_empty_texts_are_counted() -> None:
    dots = Row("...", 1, 0, 0, [])
    found = _counted([_row("oil falls", 1), dots, Row("gas up", 0, 2, 1, None)])
    assert (found.rows, found.labels, found.empty) == (3, {0: 1, 1: 2}, 1)
    assert (found.tokens, found.unknown) == (4, 1)


def test_texts_that_differ_in_case_and_space_are_duplicates() -> None:
    found = _counted([_row(" Oil  falls"), _row("oil falls"), _row("gas"), _row("up")])
    assert found.duplicate_share == 0.25


def test_rows_of_one_text_with_different_labels_are_conflicts() -> None:
    rows = [
        *[_row(" Oil  falls", 1), _row("oil falls", 0), _row("oil falls", 0)],
        *[_row("gas", 2), _row("gas", 2), _row("cup " * 40, 3), _row("cup " * 40, 1)],
    ]
    here, there = Tally(), Tally()
    for row in rows:
        # Each tally gets only one of the labels.
        (here if row.label < 2 else there).add(row)
    oil = Conflict(text="Oil falls", labels=[0, 1])
    cup = Conflict(text=("cup " * 40)[:60], labels=[1, 3])
    for order in ((here, there), (there, here)):
        merged = Tally()
        for part in order:
            merged.merge(part)
        assert merged.statistics(None).conflict_share == pytest.approx(5 / 7)
        assert merged.conflicts() == [oil, cup]


def test_the_order_of_merges_does_not_matter() -> None:
    chance = random.Random(1)
    rows = [
        _row(f"w{chance.randrange(90)} w{chance.randrange(9)}", chance.randrange(2))
        for _ in range(300)
    ]
    whole = Tally()
    for row in rows:
        whole.add(row)
    assert len(whole.conflicts()) == 3
    parts = [Tally(), Tally(), Tally()]
    for row in rows:
        chance.choice(parts).add(row)
    for order in (parts, parts[::-1]):
        merged = Tally()
        for part in order:
            merged.merge(part)
        assert merged.statistics(50) == _counted(rows, 50)
        assert merged.conflicts() == whole.conflicts()


def test_sketches_of_many_rows_are_near_the_truth() -> None:
    several = [Tally(), Tally()]
    for number in range(50_000):
        # Every tenth row repeats the text before it.
        again = number % 10 == 9
        # Every tenth repetition has another label.
        row = _plain(number - again)._replace(label=int(number % 100 == 99))
        several[number % 2].add(row)
    merged = Tally()
    for tally in several:
        merged.merge(tally)
    found = merged.statistics(None)
    other = _counted([_plain(number) for number in range(25_000, 75_000)])
    assert len(found.sketch) == len(other.sketch) == SKETCH_SIZE
    assert found.duplicate_share == pytest.approx(0.1, abs=0.01)
    assert found.share_within(other) == pytest.approx(0.5, abs=0.015)
    assert found.share_within(found) == 1.0
    assert found.conflict_share == pytest.approx(0.02, abs=0.005)
    assert other.conflict_share == 0.0


def test_words_of_one_text_are_unseen_by_all_others() -> None:
    rows = [_row("oil oil falls"), _row("gas falls"), _row("gas")]
    assert _counted(rows).unseen == pytest.approx(2 / 6)
    # There is room for one word: "falls", which is in two texts like "gas".
    assert _counted(rows, room=1).unseen == pytest.approx(4 / 6)
    # In all other rows, each word is in one row at most.
    assert _counted(rows, min_rows=2).unseen == 1.0
    assert _counted(rows, room=None).unseen is None


def test_unseen_words_are_estimated_from_a_sample_of_words() -> None:
    chance = random.Random(2)

    def draw(count: int) -> list[str]:
        # Frequencies of words follow Zipf's law.
        return [
            " ".join(f"w{int(chance.paretovariate(0.05)) % 10**9}" for _ in range(20))
            for _ in range(count)
        ]

    here, there = draw(4000), draw(1000)
    known = {word for text in here for word in text.split()}
    assert len(known) > 2 * SKETCH_SIZE
    met = [word in known for text in there for word in text.split()]
    # Only one of the two tallies is large enough to leave words out.
    merged, large = Tally(), Tally()
    for text in here[:100]:
        merged.add(_row(text))
    for text in here[100:]:
        large.add(_row(text))
    merged.merge(large)
    unseen = merged.statistics(room=10**6).unseen
    assert unseen == pytest.approx(1 - sum(met) / len(met), abs=0.02)


def test_statistics_without_rows_are_zero() -> None:
    found = _counted([])
    assert (found.rows, found.duplicate_share, found.unseen) == (0, 0.0, 0.0)
    assert found.share_within(found) == 0.0


def test_texts_that_differ_in_white_space_and_case_are_one() -> None:
    # Sketches are compared with those of published models, whose white space was found
    # by a regular expression.
    spaces = [found for found in map(chr, range(0x3001)) if re.match(r"\s", found)]
    assert "\u3000" in spaces
    texts = {text_hash(f"{space}Oil{space}{space}falls ") for space in spaces}
    assert texts == {text_hash("oil falls")}
    assert text_hash("oil\u200bfalls") not in texts
