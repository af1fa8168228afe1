"""Adds up the notes of all workers, and decides whether the run may continue."""

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from components.text_example_gen import quarantine, remote
from newsdesk.config.environment import RUN_FOLDER_VARIABLE
from newsdesk.errors import DataError, GateError
from newsdesk.rows.remedies import remedies
from newsdesk.rows.row import BadRow

STOPPED_ROWS = "quarantine.jsonl"
_SHOWN = 5
_KEPT = 10_000


@dataclass(frozen=True)
class Report:
    """The sums over the notes; the notes themselves stay on disk.

    Attributes:
        notes: the folder of the note files.
        rows_in: the number of rows read.
        quarantined: the number of bad rows.
        over_lines: the number of good rows that cover several lines of their file.
        left_out: the number of good rows by label in data.drop_labels.
        merged: the number of good rows by label that was merged into another.
        small: the number of different texts of each class that has fewer than there
            are splits, by the number of the class.
        splits: the number of rows written by split, in the order of the pipeline.
        faults: the first error of each file that could not be read, sorted.
        whole: why a large file was read by one worker, by its path.
    """

    notes: str
    rows_in: int
    quarantined: int
    over_lines: int
    left_out: dict[str, int]
    merged: dict[str, int]
    small: dict[int, int]
    splits: dict[str, int]
    faults: list[str]
    whole: dict[str, str]

    @classmethod
    def of(cls, notes: str, splits: Sequence[str]) -> "Report":
        """Adds up the notes.

        Args:
            notes: the folder of the note files.
            splits: the names of the splits.

        Returns:
            The sums.
        """
        sums: Counter[str] = Counter()
        written: Counter[str] = Counter()
        left_out: Counter[str] = Counter()
        merged: Counter[str] = Counter()
        small, whole = {}, {}
        faults: dict[str, tuple[int, str]] = {}
        for note in _notes(notes):
            sums["rows"] += note.get("rows", 0)
            sums["bad"] += "bad" in note
            sums["over_lines"] += note.get("over_lines", 0)
            written[note.get("split", "")] += note.get("written", 0)
            left_out.update(note.get("left_out", {}))
            merged.update(note.get("merged", {}))
            if "texts" in note:
                small[note["label"]] = note["texts"]
            if "fault" in note:
                fault = note["first"], note["fault"]
                faults[note["file"]] = min(fault, faults.get(note["file"], fault))
            if "whole" in note:
                whole[note["whole"]] = note["because"]
        return cls(
            notes,
            rows_in=sums["rows"],
            quarantined=sums["bad"],
            over_lines=sums["over_lines"],
            left_out=dict(left_out),
            merged=dict(merged),
            small=small,
            splits={name: written[name] for name in splits},
            faults=sorted(fault for _, fault in faults.values()),
            whole=whole,
        )

    def bad_rows(self) -> Iterator[BadRow]:
        """Reads the bad rows from the notes.

        Yields:
            Bad rows in any order.
        """
        for note in _notes(self.notes):
            if "bad" in note:
                yield BadRow(**note["bad"])

    def check(self, max_bad_rows: float) -> None:
        """Stops the run if the data cannot be used.

        Args:
            max_bad_rows: the allowed share of bad rows.

        Raises:
            DataError: a file cannot be read, rows were lost, or a split is empty.
            GateError: there are too many bad rows.
        """
        if self.faults:
            more = len(self.faults) - 1
            others = f" ({more} more files have errors)" if more else ""
            raise DataError(self.faults[0] + others)
        rows_out = sum(self.splits.values())
        left_out = sum(self.left_out.values())
        # The reader counts rows before the shuffle, and each split behind it.
        if self.rows_in != rows_out + self.quarantined + left_out:
            raise DataError(
                f"{self.rows_in} rows were read, but {rows_out} were written, "
                f"{self.quarantined} quarantined and {left_out} left out; a worker of "
                "Beam lost rows, run again"
            )
        if self.quarantined > max_bad_rows * self.rows_in:
            raise GateError(self._stopped(max_bad_rows))
        empty = [name for name, count in self.splits.items() if not count]
        if empty:
            raise DataError(
                f"the split {empty[0]} got none of the {rows_out} usable rows; add "
                "rows, or change data.splits, data.ratios or data.eval_ratio"
            )

    def _stopped(self, max_bad_rows: float) -> str:
        """Writes the bad rows into the run's folder; returns the error message."""
        share = self.quarantined / self.rows_in
        kept = quarantine.first(self.bad_rows(), _KEPT)
        lines = [
            f"{self.quarantined} of {self.rows_in} rows cannot be used "
            f"({share:.2%}; data.max_bad_rows allows {max_bad_rows:.2%}):",
            *(f"  {row}" for row in kept[:_SHOWN]),
            *(f"Hint: {sentence}" for sentence in remedies(kept)),
            "Fix the rows, or raise data.max_bad_rows to continue without them.",
        ]
        folder = os.environ.get(RUN_FOLDER_VARIABLE)
        if folder:
            os.makedirs(folder, exist_ok=True)
            path = os.path.join(folder, STOPPED_ROWS)
            quarantine.write_rows(path, kept)
            all_or_first = "All" if len(kept) == self.quarantined else "The first"
            lines[-1] += f" {all_or_first} {len(kept)}: {path}"
        return "\n".join(lines)


def _notes(folder: str) -> Iterator[dict[str, Any]]:
    for line in remote.lines(folder):
        yield json.loads(line)
