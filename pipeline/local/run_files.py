"""Reads past runs for a list, without pydantic, which takes too long for thousands."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsdesk import regular
from newsdesk.errors import ModelError

LOG = "log.txt"
SUMMARY = "summary.json"
# Sorts after the names of older releases, which were only the local time.
RUN_NAME = re.compile(r"r(?P<number>\d{6,})-\d{8}T\d{6}Z")
# A larger file cannot be a summary.
_MOST_BYTES = 16 << 20
_MALFORMED = (ValueError, LookupError, TypeError, AttributeError)


@dataclass(frozen=True)
class ListedRun:
    """What a list of runs shows of one.

    Attributes:
        run: its name.
        pipeline: the name of the pipeline.
        started: when it began, in ISO 8601.
        seconds: how long it took.
        state: a value of `RunState`.
        rows: how many rows were used; None if unknown.
        accuracy: of the candidate on the tested rows; None if it was not tested.
        change: accuracy minus that of the model in service on the same rows.
        pushed: the address of the version that was pushed, or that is in service if
            nothing changed.
        reason: why nothing was pushed; "" without a reason.
    """

    run: str
    pipeline: str
    started: str
    seconds: float
    state: str
    rows: int | None
    accuracy: float | None
    change: float | None
    pushed: str | None
    reason: str

    @classmethod
    def of(cls, values: dict[str, Any]) -> "ListedRun":
        """Selects what a list shows.

        Args:
            values: a parsed summary.

        Returns:
            The run.

        Raises:
            ValueError, LookupError, TypeError, AttributeError: a required field is
                missing, or a field has another type.
        """
        rows = values.get("rows", {}).get("rows_out")
        accuracy = _number(values.get("metrics", {}).get("accuracy"))
        before = _number(values.get("baseline_metrics", {}).get("accuracy"))
        return cls(
            run=str(values["run"]),
            pipeline=str(values["pipeline"]),
            started=str(values["started"]),
            seconds=float(values.get("seconds", 0.0)),
            state=str(values.get("state", "running")),
            rows=None if rows is None else int(rows),
            accuracy=accuracy,
            change=_difference(accuracy, before),
            pushed=values.get("pushed"),
            reason=values.get("error") or "; ".join(values.get("refusals", ())),
        )


def files(root: Path) -> Iterator[Path]:
    """Lists where the summaries below a pipeline's root are, newest first.

    Args:
        root: the folder of everything that a pipeline writes.

    Yields:
        Paths; some may be missing or unreadable.
    """
    folder = root / "runs"
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in sorted(names, reverse=True):
        yield folder / name / SUMMARY


def read(file: Path) -> dict[str, Any]:
    """Reads a summary.

    Args:
        file: its path.

    Returns:
        The parsed JSON, not checked further.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not JSON.
        ModelError: it is not a regular file, or too large.
    """
    values: dict[str, Any] = json.loads(regular.read(file, _MOST_BYTES))
    return values


def listed(root: Path) -> Iterator[ListedRun]:
    """Reads runs, newest first.

    Args:
        root: the folder of everything that a pipeline writes.

    Yields:
        Every run whose summary can be read; others are skipped.
    """
    for file in files(root):
        try:
            yield ListedRun.of(read(file))
        except (OSError, ModelError, *_MALFORMED):
            continue


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _difference(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before
