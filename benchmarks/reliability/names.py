"""Rows whose label depends on a made-up name that must be learned by heart.

The bundled sample says the same thing in so many ways that a model trained on it is as
good with a quarter of its labels shuffled. A name that is seen twice forgives less.
"""

import itertools
import random

LABELS = ["World", "Sports", "Business", "Sci/Tech"]
_SYLLABLES = [a + b for a in "bdfgklmnprst" for b in "aeiou"]
_NAMES = ["".join(three) for three in itertools.product(_SYLLABLES, repeat=3)]
_TOLD = [
    "said on {} that {} would wait for an answer",
    "told on {} what {} had decided",
    "was seen on {} when {} crossed the old bridge",
    "spoke for an hour on {} and {} listened",
    "may return on {} if {} agrees to it",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_WHO = ["a friend", "the crew", "a neighbour", "the crowd", "an official", "a visitor"]
_LINES = [
    told.format(day, who) for told, day, who in itertools.product(_TOLD, _DAYS, _WHO)
]

Row = tuple[str, str, str]


def splits(count: int) -> dict[str, list[Row]]:
    """Makes the rows to learn from and to be judged by.

    Args:
        count: how many names; train has each twice, test once, eval every fifth.

    Returns:
        Rows of label, title and description by split, no two alike.
    """
    return {
        "train": _rows(count, 0) + _rows(count, 1),
        "eval": _rows(count, 2)[::5],
        "test": _rows(count, 3),
    }


def fresh(count: int) -> list[Row]:
    """Makes rows that are in no split.

    Args:
        count: how many names; each occurs four times.

    Returns:
        Rows of label, title and description.
    """
    return [row for turn in range(4, 8) for row in _rows(count, turn)]


def _rows(count: int, turn: int) -> list[Row]:
    """One row of each name: another line in each turn."""
    names = random.Random(3).sample(_NAMES, count)
    rows = []
    for number, name in enumerate(names):
        lines = random.Random(number).sample(_LINES, 8)
        rows.append((LABELS[number % 4], name.capitalize(), lines[turn]))
    random.Random(turn).shuffle(rows)
    return rows
