"""Gives each class rows in every split, where the hash alone gives it too few.

The hash of its text decides the split of a row. With few texts of a class, this can
leave a split without any. Then the texts whose hashes are nearest to that split move
there, so the same texts move in every run, and few of them when rows are added.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from components.text_example_gen.splits import Division

# The most texts of a class that a split is guaranteed to have.
_MOST = 8
# With this many texts in every split, none of a class can be missing.
_ENOUGH = 4 * _MOST
_CHECKED_EVERY = 128
_COUNTED = 4096


@dataclass
class Texts:
    """The hashes of the different texts of one class, as far as they are needed.

    Attributes:
        hashes: the hashes; those nearest to each split if there are very many.
        are_many: whether hashes were left out, because there are very many.
        suffice: whether every split has enough texts, so that no hash is kept.
    """

    hashes: set[int] = field(default_factory=set)
    are_many: bool = False
    suffice: bool = False

    @property
    def count(self) -> int:
        """How many texts there are; a lower bound if there are very many."""
        return _COUNTED if self.are_many or self.suffice else len(self.hashes)

    def add(self, text: int, division: Division) -> None:
        """Adds a text.

        Args:
            text: its hash.
            division: how the texts are divided.
        """
        if not self.suffice and text not in self.hashes:
            self.hashes.add(text)
            if len(self.hashes) % _CHECKED_EVERY == 0:
                self.forget(division)

    def merge(self, other: "Texts") -> None:
        """Adds the texts of another worker."""
        self.hashes |= other.hashes
        self.are_many |= other.are_many
        self.suffice |= other.suffice

    def forget(self, division: Division) -> None:
        """Removes hashes that cannot change the result, in any order of the rows."""
        found = Counter(map(division.of_hash, self.hashes))
        self.suffice |= all(found[split] >= _ENOUGH for split in division.names)
        if self.suffice:
            self.hashes = set()
        elif self.are_many or len(self.hashes) > _COUNTED:
            self.are_many = True
            self.hashes = {
                text
                for split in division.names
                for text in heapq.nsmallest(
                    _ENOUGH, self.hashes, key=_nearest_to(split, division)
                )
            }


@dataclass(frozen=True)
class Strata:
    """The result for all classes.

    Attributes:
        moved: the split of each text that moves, by the hash of the text.
        small: the number of different texts of each class that has fewer than there
            are splits, by the number of the class.
    """

    moved: dict[int, str]
    small: dict[int, int]


def stratify(texts: Mapping[int, Texts], division: Division) -> Strata:
    """Decides which texts move, so that every class has texts in each split.

    A split gets at least half of its share of the texts of a class, up to 8, and at
    least one. A class with fewer texts than splits has them in train, then in the split
    that decides about a push. Other classes lose no text below these numbers.

    Args:
        texts: the texts of each class, by its number.
        division: how they are divided.

    Returns:
        The same result in every run with the same texts.
    """
    for found in texts.values():
        found.forget(division)
    balance = _Balance(texts, division)
    for label in sorted(texts):
        for split in _by_need(division.names):
            balance.fill(label, split)
    splits = len(division.names)
    return Strata(
        balance.moved,
        {
            label: found.count
            for label, found in sorted(texts.items())
            if found.count < splits
        },
    )


class _Balance:
    """The number of texts of each class in each split while texts move."""

    def __init__(self, texts: Mapping[int, Texts], division: Division) -> None:
        self.moved: dict[int, str] = {}
        self._texts = texts
        self._division = division
        self._labels: dict[int, list[int]] = defaultdict(list)
        self._missing: dict[tuple[int, str], int] = {}
        for label, found in texts.items():
            least = _least(found.count, division)
            counts = Counter(map(division.of_hash, found.hashes))
            for text in found.hashes:
                self._labels[text].append(label)
            for split in division.names:
                missing = 0 if found.suffice else least[split] - counts[split]
                self._missing[label, split] = missing

    def fill(self, label: int, split: str) -> None:
        """Moves texts of a class to a split until it has as many as it needs."""
        if self._missing[label, split] <= 0:
            return
        hashes = self._texts[label].hashes
        for text in sorted(hashes, key=_nearest_to(split, self._division)):
            if self._may_leave(text, split):
                self._move(text, split)
            if self._missing[label, split] <= 0:
                return

    def _may_leave(self, text: int, to: str) -> bool:
        split = self._split_of(text)
        return split != to and all(
            self._missing[label, split] < 0 for label in self._labels[text]
        )

    def _move(self, text: int, to: str) -> None:
        for label in self._labels[text]:
            self._missing[label, self._split_of(text)] += 1
            self._missing[label, to] -= 1
        self.moved[text] = to

    def _split_of(self, text: int) -> str:
        return self.moved.get(text) or self._division.of_hash(text)


def _least(texts: int, division: Division) -> dict[str, int]:
    """Returns how many texts of a class each split needs."""
    first = _by_need(division.names)[:texts]
    return {
        split: max(1, min(_MOST, round(texts * division.share(split) / 2)))
        if split in first
        else 0
        for split in division.names
    }


def _by_need(names: Iterable[str]) -> Sequence[str]:
    return sorted(names, key=("train", "test", "eval").index)


def _nearest_to(split: str, division: Division) -> Callable[[int], tuple[int, int]]:
    return lambda text: (division.distance(text, split), text)
