"""The distinct texts of a split, up to the size of a sketch."""

from typing import NamedTuple

from components.text_statistics.conflicts import Conflict
from components.text_statistics.statistics import SKETCH_SIZE, smallest, text_hash

_SHOWN = 60
_EXAMPLES = 3


class _Seen(NamedTuple):
    """One text: the number of its rows, their labels, and its beginning."""

    rows: int
    labels: tuple[int, ...]
    shown: str


class Texts:
    """Counts how often a text occurs, and with which labels."""

    def __init__(self) -> None:
        """Starts without texts."""
        self._seen: dict[str, _Seen] = {}

    def add(self, text: str, label: int) -> None:
        """Adds a row.

        Args:
            text: the text as the model gets it.
            label: the number of its label.
        """
        shown = " ".join(text[: 2 * _SHOWN].split())[:_SHOWN]
        self._put(text_hash(text), _Seen(1, (label,), shown))
        self._forget()

    def merge(self, other: "Texts") -> None:
        """Adds the rows of another object.

        Args:
            other: the other object; it is not changed.
        """
        for key, seen in other._seen.items():
            self._put(key, seen)
        self._forget()

    def sketch(self) -> dict[str, int]:
        """Returns the texts with the smallest hashes.

        Returns:
            The number of rows by the hash of the text, sorted.
        """
        return {key: seen.rows for key, seen in smallest(self._seen).items()}

    def conflict_share(self) -> float:
        """Computes how many rows contradict other rows.

        Returns:
            The share of rows whose text also occurs with another label; an estimate
            from the sketch if there are more texts than a sketch holds.
        """
        kept = smallest(self._seen).values()
        mixed = sum(seen.rows for seen in kept if len(seen.labels) > 1)
        return mixed / max(sum(seen.rows for seen in kept), 1)

    def conflicts(self) -> list[Conflict]:
        """Returns examples of texts with several labels.

        Returns:
            The examples with the most rows; independent of the order of the rows.
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
        # Texts with one hash can differ in case and space. The minimum does not depend
        # on the order of the rows.
        shown = min(known.shown, more.shown)
        self._seen[key] = _Seen(known.rows + more.rows, labels, shown)

    def _forget(self) -> None:
        """Cuts the sample; not after every row, because cutting sorts."""
        if len(self._seen) > 2 * SKETCH_SIZE:
            self._seen = smallest(self._seen)
