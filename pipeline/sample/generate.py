"""Writes the bundled sample: invented news lines, not real ones.

The rows come from a small grammar and a seed. They show that the pipeline works, but
not how good it is on real text. Some rows are hard on purpose: stories with words of
another desk, lines that any desk could have written, and a few wrong labels.
`python -m pipeline.sample.generate` writes sample.csv again.
"""

import csv
import random
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).parent
HEADER = ("label", "title", "description")
SEED = 7
ROWS_PER_DESK = 500
CROSSING = 0.15
AMBIGUOUS = 0.07
WRONG_LABEL = 0.03
TAIL = 0.5
TWO_LINES = 0.005
_SLOT = re.compile(r"\{(\w+)(#\d)?\}")
_BEFORE_VOWEL = re.compile(r"(?<=\b[Aa]) (?=[aeio])")

Row = tuple[str, str, str]


class _Grammar:
    """Turns templates into text; `{word#1}` stays the same within one row."""

    def __init__(self, words: Mapping[str, list[str]], chance: random.Random) -> None:
        self._words = words
        self._chance = chance
        self._named: dict[str, str] = {}

    def new_row(self) -> None:
        self._named = {}

    def sentence(self, template: str) -> str:
        text = _BEFORE_VOWEL.sub("n ", self._expand(template))
        return text[0].upper() + text[1:]

    def _expand(self, template: str) -> str:
        return _SLOT.sub(self._fill, template)

    def _fill(self, slot: re.Match[str]) -> str:
        word, number = slot.groups()
        if number and slot[0] in self._named:
            return self._named[slot[0]]
        text = self._expand(self._chance.choice(self._words[word]))
        # Slots with different numbers must get different texts.
        while number and text in self._named.values():
            text = self._expand(self._chance.choice(self._words[word]))
        if number:
            self._named[slot[0]] = text
        return text


def rows(seed: int = SEED, per_desk: int = ROWS_PER_DESK) -> list[Row]:
    """Makes all rows of the sample.

    Args:
        seed: the same seed gives the same rows everywhere.
        per_desk: rows of each of the four desks.

    Returns:
        Rows of label, title and description, shuffled, without duplicate texts.
    """
    tables = tomllib.loads((FOLDER / "grammar.toml").read_text(encoding="utf-8"))
    chance = random.Random(seed)
    grammar = _Grammar(tables["words"], chance)
    desks = list(tables["stories"])
    made: list[Row] = []
    texts: set[tuple[str, str]] = set()
    for desk in desks:
        while len(made) < per_desk * (desks.index(desk) + 1):
            grammar.new_row()
            text = _text(tables, desk, grammar, chance)
            if text not in texts:
                texts.add(text)
                wrong = chance.random() < WRONG_LABEL
                label = chance.choice(desks) if wrong else desk
                made.append((label, *text))
    chance.shuffle(made)
    return made


def write(stream: TextIO) -> None:
    """Writes the sample as CSV.

    Args:
        stream: an open text file without newline translation.
    """
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows())


def _text(
    tables: Mapping[str, Any], desk: str, grammar: _Grammar, chance: random.Random
) -> tuple[str, str]:
    """Makes a title and a description for a desk."""
    shared = tables["shared"]
    kind = chance.random()
    if kind < AMBIGUOUS:
        story = chance.choice(shared["title"]), chance.choice(shared["description"])
    elif kind < AMBIGUOUS + CROSSING:
        story = chance.choice(tables["crossing"][desk])
    else:
        story = chance.choice(tables["stories"][desk])
    title, description = (grammar.sentence(template) for template in story)
    if chance.random() < TAIL:
        # A few line breaks, because files of real text have them.
        gap = "\n" if chance.random() < TWO_LINES / TAIL else " "
        description += gap + grammar.sentence(chance.choice(shared["tail"]))
    return title, description


if __name__ == "__main__":
    with open(FOLDER / "sample.csv", "w", encoding="utf-8", newline="") as target:
        write(target)
