"""What a reading came to: the notes of all workers, and the verdict on them."""

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tfx.dsl.io import fileio

from components.text_example_gen import quarantine
from newsdesk.config.sections import RUN_FOLDER_VARIABLE
from newsdesk.errors import DataError, GateError
from newsdesk.rows.remedies import remedies
from newsdesk.rows.row import BadRow

STOPPED_ROWS = "quarantine.jsonl"
_SHOWN = 5
_KEPT = 10_000


@dataclass(frozen=True)
class Report:
    """The sums over the notes, which stay on disk.

    Attributes:
        notes: the folder of the files of notes.
        rows_in: rows read.
        quarantined: rows that cannot be used.
        over_lines: rows that can be used and take several lines of their file.
        splits: rows written by split, in the order of the pipeline.
        faults: why files could not be read, sorted.
    """

    notes: str
    rows_in: int
    quarantined: int
    over_lines: int
    splits: dict[str, int]
    faults: list[str]

    @classmethod
    def of(cls, notes: str, splits: Sequence[str]) -> "Report":
        """Adds up the notes.

        Args:
            notes: the folder of the files of notes.
            splits: the names of the splits.

        Returns:
            The sums.
        """
        sums: Counter[str] = Counter()
        written: Counter[str] = Counter()
        faults = []
        for one in _notes(notes):
            sums["rows"] += one.get("rows", 0)
            sums["bad"] += "bad" in one
            sums["over_lines"] += one.get("over_lines", 0)
            written[one.get("split", "")] += one.get("written", 0)
            if "fault" in one:
                faults.append(one["fault"])
        counts = {name: written[name] for name in splits}
        rows, bad, over_lines = sums["rows"], sums["bad"], sums["over_lines"]
        return cls(notes, rows, bad, over_lines, counts, sorted(faults))

    def bad_rows(self) -> Iterator[BadRow]:
        """Reads the rows that cannot be used.

        Yields:
            Bad rows in any order.
        """
        for one in _notes(self.notes):
            if "bad" in one:
                yield BadRow(**one["bad"])

    def check(self, max_bad_rows: float) -> None:
        """Decides whether the run may go on.

        Args:
            max_bad_rows: the share of bad rows that is allowed.

        Raises:
            DataError: a file cannot be read, rows were lost, or a split is empty.
            GateError: there are too many bad rows.
        """
        if self.faults:
            more = len(self.faults) - 1
            others = f" ({more} more files cannot be read)" if more else ""
            raise DataError(self.faults[0] + others)
        rows_out = sum(self.splits.values())
        if self.rows_in != rows_out + self.quarantined:
            raise DataError(
                f"{self.rows_in} rows were read, but {rows_out} written and "
                f"{self.quarantined} quarantined; a worker failed, run again"
            )
        if self.quarantined > max_bad_rows * self.rows_in:
            raise GateError(self._stopped(max_bad_rows))
        empty = [name for name, count in self.splits.items() if not count]
        if empty:
            raise DataError(
                f"the split {empty[0]} got none of {rows_out} usable rows; add rows, "
                "or change data.splits, data.ratios or data.eval_ratio"
            )

    def _stopped(self, max_bad_rows: float) -> str:
        """The sentence for too many bad rows; keeps them beside the run's log."""
        share = self.quarantined / self.rows_in
        kept = quarantine.first(self.bad_rows(), _KEPT)
        lines = [
            f"{self.quarantined} of {self.rows_in} rows cannot be used "
            f"({share:.2%}; data.max_bad_rows allows {max_bad_rows:.2%}):",
            *(f"  {row}" for row in kept[:_SHOWN]),
            *(f"Hint: {sentence}" for sentence in remedies(kept)),
            "Fix the rows, or raise data.max_bad_rows to go on without them.",
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
    for name in sorted(fileio.listdir(folder)):
        with fileio.open(os.path.join(folder, name)) as stream:
            for line in stream:
                yield json.loads(line)
