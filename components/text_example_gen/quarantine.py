"""The artifact with the bad rows of the data, and the counts of all rows."""

import heapq
import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

from tfx.dsl.io import fileio
from tfx.types import artifact

from components.text_example_gen.row_counts import OVER_LINES, SUMMARY
from newsdesk.rows.row import BadRow

ROWS = "rows.jsonl"


class Quarantine(artifact.Artifact):
    """A folder with ROWS, one JSON object per bad row, and SUMMARY, the counts."""

    # Kubeflow Pipelines requires a namespace, and imports the type by this name.
    TYPE_NAME = "components.Quarantine"


def write(
    folder: str,
    bad: Iterable[BadRow],
    rows_in: int,
    splits: Mapping[str, int],
    over_lines: int = 0,
    more: Mapping[str, Any] | None = None,
) -> int:
    """Writes a quarantine.

    Args:
        folder: the folder of the artifact; it must exist.
        bad: the bad rows.
        rows_in: how many rows were read.
        splits: how many rows each split got.
        over_lines: how many rows of the splits cover several lines of their file.
        more: further entries of the summary.

    Returns:
        The number of bad rows.
    """
    quarantined = write_rows(os.path.join(folder, ROWS), bad)
    summary = {
        "rows_in": rows_in,
        "rows_out": sum(splits.values()),
        "quarantined": quarantined,
        OVER_LINES: over_lines,
        "splits": dict(splits),
        **(more or {}),
    }
    with fileio.open(os.path.join(folder, SUMMARY), "w") as stream:
        stream.write(json.dumps(summary, indent=2) + "\n")
    return quarantined


def write_rows(path: str, bad: Iterable[BadRow]) -> int:
    """Writes bad rows as JSON Lines with file, row, reason and content.

    Args:
        path: the file to write.
        bad: the bad rows.

    Returns:
        The number of bad rows.
    """
    count = 0
    with fileio.open(path, "w") as stream:
        # TensorFlow creates a file with the first write, and there may be no rows.
        stream.write("")
        for row in bad:
            record = {
                "file": row.file,
                "row": row.number,
                "reason": row.reason,
                "content": row.content,
            }
            stream.write(json.dumps(record) + "\n")
            count += 1
    return count


def first(bad: Iterable[BadRow], count: int) -> list[BadRow]:
    """Selects the first rows without holding all rows in memory.

    Args:
        bad: bad rows in any order.
        count: how many rows to select.

    Returns:
        The first rows by file and number, sorted.
    """
    return heapq.nsmallest(count, bad, key=lambda row: (row.file, row.number))
