"""Adds up rows, in any order and on any number of workers."""

import heapq
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from components.text_statistics.conflicts import Conflict
from components.text_statistics.lengths import Lengths
from components.text_statistics.slices import Slice, Slices
from components.text_statistics.statistics import SKETCH_SIZE, SplitStatistics
from components.text_statistics.texts import Texts
from newsdesk.unspaced import is_unspaced


class Row(NamedTuple):
    """The values of one row that are counted.

    Attributes:
        text: the text as the model gets it.
        label: the number of the label.
        tokens: the number of tokens, before the text is cut to the longest length.
        unknown: the number of tokens that the vocabulary lacks; None without a
            vocabulary.
        words: a hash from 0 to 1 for every token, equal for equal words; None if the
            vocabulary is not learned from these rows.
        truncated: whether the text is cut; None if it is not known.
        slices: the slices of the row, such as `source=mail`.
    """

    text: str
    label: int
    tokens: int
    unknown: int | None
    words: Sequence[float] | None
    truncated: bool | None = None
    slices: Sequence[str] = ()


class Tally:
    """The sums so far."""

    def __init__(self) -> None:
        """Starts without rows."""
        self._rows = 0
        self._labels: Counter[int] = Counter()
        self._empty = 0
        self._tokens = 0
        self._unknown: int | None = None
        self._truncated: int | None = None
        self._unspaced = 0
        self._lengths = Lengths()
        self._slices = Slices()
        self._texts = Texts()
        # Only for words whose hash is at most the reach: how often a word occurs, and
        # in how many rows.
        self._occurrences: Counter[float] = Counter()
        self._spread: Counter[float] = Counter()
        self._reach = 1.0

    def add(self, row: Row) -> None:
        """Adds a row.

        Args:
            row: the values to count.
        """
        self._rows += 1
        self._labels[row.label] += 1
        self._empty += row.tokens == 0
        self._tokens += row.tokens
        if row.unknown is not None:
            self._unknown = (self._unknown or 0) + row.unknown
        if row.truncated is not None:
            self._truncated = (self._truncated or 0) + row.truncated
        self._unspaced += is_unspaced(row.text)
        self._lengths.add(row.tokens)
        if row.slices:
            counts = Slice(
                rows=1,
                tokens=row.tokens,
                unknown=row.unknown,
                truncated=row.truncated,
            )
            self._slices.add(row.slices, counts)
        self._texts.add(row.text, row.label)
        words = [word for word in row.words or () if word <= self._reach]
        self._occurrences.update(words)
        self._spread.update(set(words))
        self._forget()

    def merge(self, other: "Tally") -> None:
        """Adds the rows of another tally.

        Args:
            other: the other tally; it is not changed.
        """
        self._rows += other._rows
        self._labels.update(other._labels)
        self._empty += other._empty
        self._tokens += other._tokens
        if other._unknown is not None:
            self._unknown = (self._unknown or 0) + other._unknown
        if other._truncated is not None:
            self._truncated = (self._truncated or 0) + other._truncated
        self._unspaced += other._unspaced
        self._lengths.merge(other._lengths)
        self._slices.merge(other._slices)
        self._texts.merge(other._texts)
        self._occurrences.update(other._occurrences)
        self._spread.update(other._spread)
        self._shorten(min(self._reach, other._reach))
        self._forget()

    def statistics(
        self, room: int | None, min_rows: int = 1, ends: int = 0
    ) -> SplitStatistics:
        """Computes the statistics of all rows added so far.

        Args:
            room: how many words a vocabulary learned from these rows may have; None
                if no vocabulary is learned.
            min_rows: how many rows a word of this vocabulary must be in.
            ends: special tokens around each text, which count as its length.

        Returns:
            The statistics of all rows added.
        """
        return SplitStatistics(
            rows=self._rows,
            labels=dict(sorted(self._labels.items())),
            empty=self._empty,
            tokens=self._tokens,
            unknown=self._unknown,
            truncated=self._truncated,
            covering=None
            if self._truncated is None
            else self._lengths.covering() + ends,
            unspaced=self._unspaced,
            unseen=None if room is None else self._unseen(room, min_rows),
            sketch=self._texts.sketch(),
            conflict_share=self._texts.conflict_share(),
        )

    def slices(self) -> dict[str, Slice]:
        """Returns the counts of each slice."""
        return self._slices.found()

    def lengths(self, ends: int) -> dict[int, int]:
        """Returns the number of rows by their number of tokens.

        Args:
            ends: see `statistics`.
        """
        return self._lengths.counts(ends)

    def conflicts(self) -> list[Conflict]:
        """Returns examples of texts that occur with several labels."""
        return self._texts.conflicts()

    def _unseen(self, room: int, min_rows: int) -> float:
        """Estimates the share of tokens that a vocabulary of all other rows lacks.

        After Good 1953, "The population frequencies of species", but by rows instead
        of tokens, because a rare name often occurs several times in one text.
        """
        ordered = sorted(self._spread, key=lambda word: (-self._spread[word], word))
        kept = round(room * self._reach)
        lost = sum(
            self._occurrences[word]
            for rank, word in enumerate(ordered)
            if rank >= kept or self._spread[word] <= min_rows
        )
        return min(lost / self._reach / max(self._tokens, 1), 1.0)

    def _forget(self) -> None:
        """Cuts the sample of words; not after every row, because cutting sorts."""
        if len(self._occurrences) > 2 * SKETCH_SIZE:
            self._shorten(heapq.nsmallest(SKETCH_SIZE, self._occurrences)[-1])

    def _shorten(self, reach: float) -> None:
        if reach < self._reach:
            self._reach = reach
            for words in (self._occurrences, self._spread):
                for word in [word for word in words if word > reach]:
                    del words[word]
