"""Rows are added up here, in any order and on any number of workers."""

import heapq
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from components.text_statistics.conflicts import Conflict
from components.text_statistics.statistics import SKETCH_SIZE, SplitStatistics
from components.text_statistics.texts import Texts


class Row(NamedTuple):
    """What is counted of a row.

    Attributes:
        text: as the model would see it.
        label: its number.
        tokens: before any is cut off.
        unknown: those that the vocabulary does not have; None without one.
        words: a number from 0 to 1 for every token, the same for the same word; None
            where the vocabulary is not learned from these rows.
    """

    text: str
    label: int
    tokens: int
    unknown: int | None
    words: Sequence[float] | None


class Tally:
    """The sums so far."""

    def __init__(self) -> None:
        """Begins with no rows."""
        self._rows = 0
        self._labels: Counter[int] = Counter()
        self._empty = 0
        self._tokens = 0
        self._unknown: int | None = None
        self._texts = Texts()
        # Of the words below the reach: how often they occur, and in how many rows.
        self._occurrences: Counter[float] = Counter()
        self._spread: Counter[float] = Counter()
        self._reach = 1.0

    def add(self, row: Row) -> None:
        """Adds a row.

        Args:
            row: what is counted of it.
        """
        self._rows += 1
        self._labels[row.label] += 1
        self._empty += row.tokens == 0
        self._tokens += row.tokens
        if row.unknown is not None:
            self._unknown = (self._unknown or 0) + row.unknown
        self._texts.add(row.text, row.label)
        words = [word for word in row.words or () if word <= self._reach]
        self._occurrences.update(words)
        self._spread.update(set(words))
        self._forget()

    def merge(self, other: "Tally") -> None:
        """Adds another tally's rows.

        Args:
            other: stays as it is.
        """
        self._rows += other._rows
        self._labels.update(other._labels)
        self._empty += other._empty
        self._tokens += other._tokens
        if other._unknown is not None:
            self._unknown = (self._unknown or 0) + other._unknown
        self._texts.merge(other._texts)
        self._occurrences.update(other._occurrences)
        self._spread.update(other._spread)
        self._shorten(min(self._reach, other._reach))
        self._forget()

    def statistics(self, room: int | None) -> SplitStatistics:
        """Concludes.

        Args:
            room: words that a vocabulary learned from these rows may have; None
                where none is learned.

        Returns:
            The statistics of all rows added.
        """
        return SplitStatistics(
            rows=self._rows,
            labels=dict(sorted(self._labels.items())),
            empty=self._empty,
            tokens=self._tokens,
            unknown=self._unknown,
            unseen=None if room is None else self._unseen(room),
            sketch=self._texts.sketch(),
            conflict_share=self._texts.conflict_share(),
        )

    def conflicts(self) -> list[Conflict]:
        """Gives examples of texts that occur with several labels."""
        return self._texts.conflicts()

    def _unseen(self, room: int) -> float:
        """The share of tokens unknown to a vocabulary of all rows but their own.

        After Good 1953, "The population frequencies of species", by rows instead of
        by tokens, since a rare name comes several times in one text.
        """
        ordered = sorted(
            self._occurrences, key=lambda word: (-self._occurrences[word], word)
        )
        kept = round(room * self._reach)
        lost = sum(
            self._occurrences[word]
            for place, word in enumerate(ordered)
            if place >= kept or self._spread[word] == 1
        )
        return min(lost / self._reach / max(self._tokens, 1), 1.0)

    def _forget(self) -> None:
        """Keeps a sample of the words; seldom, because it sorts."""
        if len(self._occurrences) > 2 * SKETCH_SIZE:
            self._shorten(heapq.nsmallest(SKETCH_SIZE, self._occurrences)[-1])

    def _shorten(self, reach: float) -> None:
        if reach < self._reach:
            self._reach = reach
            for words in (self._occurrences, self._spread):
                for word in [word for word in words if word > reach]:
                    del words[word]
