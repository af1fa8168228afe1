"""The distinct texts of a split, as far as a sketch has room for them."""

import re
from typing import NamedTuple

from components.text_statistics.conflicts import Conflict
from components.text_statistics.statistics import SKETCH_SIZE, smallest, text_hash

_SPACE = re.compile(r"\s+")
_SHOWN = 60
_EXAMPLES = 3


class _Seen(NamedTuple):
    """The rows of one text: how many, their labels, the beginning of the text."""

    rows: int
    labels: tuple[int, ...]
    shown: str


class Texts:
    """Counts how often a text occurs, and with which labels."""

    def __init__(self) -> None:
        """Begins with no texts."""
        self._seen: dict[str, _Seen] = {}

    def add(self, text: str, label: int) -> None:
        """Adds a row.

        Args:
            text: as the model would see it.
            label: its index.
        """
        shown = _SPACE.sub(" ", text[: 2 * _SHOWN]).strip()[:_SHOWN]
        self._put(text_hash(text), _Seen(1, (label,), shown))
        self._forget()

    def merge(self, other: "Texts") -> None:
        """Adds the rows of other texts.

        Args:
            other: is not changed.
        """
        for key, seen in other._seen.items():
            self._put(key, seen)
        self._forget()

    def sketch(self) -> dict[str, int]:
        """Gives the texts of the smallest hashes.

        Returns:
            Rows by the hash of the text, sorted.
        """
        return {key: seen.rows for key, seen in smallest(self._seen).items()}

    def conflict_share(self) -> float:
        """Finds how many rows contradict others.

        Returns:
            The share of rows whose text also occurs with another label; estimated from
            the sketch where it cannot hold all texts.
        """
        kept = smallest(self._seen).values()
        mixed = sum(seen.rows for seen in kept if len(seen.labels) > 1)
        return mixed / max(sum(seen.rows for seen in kept), 1)

    def conflicts(self) -> list[Conflict]:
        """Gives examples of texts with several labels.

        Returns:
            Those with the most rows; the same in whatever order rows were added.
        """
        mixed = [
            (-seen.rows, key, seen)
            for key, seen in smallest(self._seen).items()
            if len(seen.labels) > 1
        ]
        return [
            Conflict(text=seen.shown, labels=list(seen.labels))
            for _, _, seen in sorted(mixed)[:_EXAMPLES]
        ]

    def _put(self, key: str, more: _Seen) -> None:
        known = self._seen.get(key)
        if known is None:
            self._seen[key] = more
            return
        labels = known.labels
        if more.labels != labels:
            labels = tuple(sorted({*labels, *more.labels}))
        # Texts of one hash differ in case or space; the smaller is the same in any
        # order of the rows.
        shown = min(known.shown, more.shown)
        self._seen[key] = _Seen(known.rows + more.rows, labels, shown)

    def _forget(self) -> None:
        """Keeps a sample; seldom, because it sorts."""
        if len(self._seen) > 2 * SKETCH_SIZE:
            self._seen = smallest(self._seen)
