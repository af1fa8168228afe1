"""Counts per value of the slice columns.

They are in a separate file, because the statistics are published with the model, and
the values of a slice column can be private.
"""

import hashlib
import heapq
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

FILE = "slices.json"
# A column of identifiers must not fill the memory. The values with the smallest hashes
# are kept, whatever the order of the rows.
MOST = 1000


class Slice(BaseModel):
    """The counts of one slice; see `SplitStatistics`."""

    model_config = ConfigDict(extra="forbid")

    rows: int = 0
    tokens: int = 0
    unknown: int | None = None
    truncated: int | None = None

    def add(self, other: "Slice") -> None:
        """Adds the counts of other rows.

        Args:
            other: the counts; they are not changed.
        """
        self.rows += other.rows
        self.tokens += other.tokens
        self.unknown = _sum(self.unknown, other.unknown)
        self.truncated = _sum(self.truncated, other.truncated)


class Slices:
    """Adds up rows by their slices."""

    def __init__(self) -> None:
        """Starts without rows."""
        self._found: dict[str, Slice] = {}

    def add(self, names: Iterable[str], row: Slice) -> None:
        """Adds a row.

        Args:
            names: its slices, such as `source=mail`.
            row: its counts.
        """
        for name in names:
            self._found.setdefault(name, Slice()).add(row)
        if len(self._found) > 2 * MOST:
            self._found = self.found()

    def merge(self, other: "Slices") -> None:
        """Adds the rows of another object.

        Args:
            other: the other object; it is not changed.
        """
        for name, counts in other._found.items():
            self.add([name], counts)

    def found(self) -> dict[str, Slice]:
        """Returns the counts of each slice, of at most `MOST`."""
        kept = heapq.nsmallest(MOST, self._found, key=_hash)
        return {name: self._found[name] for name in sorted(kept)}


_BY_SPLIT: TypeAdapter[dict[str, dict[str, Slice]]] = TypeAdapter(
    dict[str, dict[str, Slice]]
)


def write(slices: Mapping[str, dict[str, Slice]], folder: Path) -> None:
    """Writes the slices of every split.

    Args:
        slices: the counts by slice, by the name of the split.
        folder: the folder of the statistics.
    """
    (folder / FILE).write_bytes(_BY_SPLIT.dump_json(dict(slices)))


def read(folder: Path) -> dict[str, dict[str, Slice]]:
    """Reads the slices of every split.

    Args:
        folder: the folder of the statistics.

    Returns:
        The counts by slice, by the name of the split; {} if the folder has no such
        file.
    """
    file = folder / FILE
    return _BY_SPLIT.validate_json(file.read_bytes()) if file.exists() else {}


def _sum(one: int | None, other: int | None) -> int | None:
    return one if other is None else (one or 0) + other


def _hash(name: str) -> bytes:
    return hashlib.blake2b(name.encode(), digest_size=8).digest()
