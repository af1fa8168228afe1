from itertools import pairwise

from components.reporter.length_bars import MOST_BARS, bars


def test_short_lengths_have_a_bar_each() -> None:
    assert bars({1: 5, 3: 2}) == ([0.0, 1.0, 2.0, 3.0, 4.0], [0, 5, 0, 2])


def test_every_row_is_in_a_bar() -> None:
    counts = {tokens: tokens % 7 for tokens in range(1000)}

    edges, rows = bars(counts)

    assert sum(rows) == sum(counts.values())
    assert len(edges) == len(rows) + 1 <= MOST_BARS + 1
    assert len({after - before for before, after in pairwise(edges)}) == 1
    assert rows[0] == sum(counts[tokens] for tokens in range(int(edges[1])))


def test_one_very_long_text_does_not_stretch_the_bars() -> None:
    edges, rows = bars({10: 99, 100_000: 1})

    assert edges[-1] <= 42
    assert (sum(rows), rows[-1]) == (100, 1)


def test_the_limit_is_within_the_bars() -> None:
    edges, _ = bars({10: 100}, limit=128)

    assert edges[-1] > 128


def test_texts_without_tokens_are_a_bar() -> None:
    assert bars({0: 3}) == ([0.0, 1.0], [3])


def test_no_rows_are_no_bars() -> None:
    assert bars({}, limit=128) == ([], [])
