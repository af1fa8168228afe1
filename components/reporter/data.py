"""Describes the data of a run: rows, lengths, quarantine, and drift."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from components.reporter.length_bars import bars
from components.text_example_gen import quarantine as quarantines
from components.text_example_gen.row_counts import LEFT_OUT, read_summary
from components.text_statistics import length_counts
from components.text_statistics import statistics as text_statistics
from components.text_statistics.statistics import SplitStatistics, TextStatistics
from newsdesk.report.content import Data, Drift, Lengths, SplitRows

# The rules of the gate that compare with the data of the model in service.
_DRIFT = ("max_label_shift", "max_length_ratio", "min_row_ratio", "min_new_rows")
_MOST_REASONS = 10
_OTHER_REASONS = "other reasons"


def read(
    labels: Sequence[str],
    quarantine: Path | None = None,
    statistics: Path | None = None,
    verdict: Path | None = None,
    spans: Sequence[str] = (),
) -> Data:
    """Describes the data of a run as far as its nodes came.

    Args:
        labels: the names of the classes, in the order of their numbers.
        quarantine: the folder of the bad rows and of the counts of all rows.
        statistics: the folder of the TextStatisticsOfSplits artifact.
        verdict: the file with the verdict of the data gate: that of its artifact, or
            that in the folder of a run that the gate stopped.
        spans: what the run read, the oldest first.

    Returns:
        The section; without the parts whose files are None.

    Raises:
        ModelError: the statistics cannot be read.
        OSError: another file cannot be read.
        ValueError: another file is damaged.
    """
    counts = read_summary(str(quarantine)) if quarantine else {}
    found = text_statistics.read(statistics) if statistics else None
    return Data(
        rows_in=counts.get("rows_in"),
        rows_out=counts.get("rows_out"),
        quarantined=_reasons(quarantine) if counts.get("quarantined") else {},
        not_wanted=counts.get(LEFT_OUT, {}),
        spans=list(spans),
        splits=_splits(found, counts.get("splits", {}), labels),
        lengths=_lengths(found, length_counts.read(statistics)) if statistics else [],
        drift=list(_drift(json.loads(verdict.read_bytes()))) if verdict else [],
    )


def _reasons(quarantine: Path | None) -> dict[str, int]:
    """Counts the bad rows by the first part of their reason, the most common first."""
    assert quarantine
    reasons = Counter[str]()
    with open(quarantine / quarantines.ROWS, encoding="utf-8") as stream:
        for line in stream:
            # The second part explains the first, such as a list of all labels.
            reasons[json.loads(line)["reason"].partition(";")[0]] += 1
    shown = dict(reasons.most_common(_MOST_REASONS))
    if rest := reasons.total() - sum(shown.values()):
        shown[_OTHER_REASONS] = rest
    return shown


def _splits(
    found: TextStatistics | None, rows: Mapping[str, int], labels: Sequence[str]
) -> list[SplitRows]:
    if found is None:
        return [
            SplitRows(name=name, rows=count, by_label={})
            for name, count in rows.items()
        ]
    return [
        SplitRows(
            name=name,
            rows=split.rows,
            by_label={
                label: split.labels.get(number, 0)
                for number, label in enumerate(labels)
            },
        )
        for name, split in found.splits.items()
    ]


def _lengths(
    found: TextStatistics | None, counts: Mapping[str, Mapping[int, int]]
) -> list[Lengths]:
    """Describes the lengths of every split; without bars for an older release."""
    if found is None:
        return []
    return [
        _lengths_of(name, split, counts.get(name, {}), found.max_length)
        for name, split in found.splits.items()
    ]


def _lengths_of(
    name: str, split: SplitStatistics, counts: Mapping[int, int], limit: int | None
) -> Lengths:
    # Without truncated rows, the tokens are not those that the model will read.
    limit = None if split.truncated is None else limit
    edges, rows = bars(counts, limit)
    return Lengths(
        split=name,
        edges=edges,
        counts=rows,
        limit=limit,
        truncated=split.truncated_share,
        unknown=split.unknown_share,
    )


def _drift(verdict: Mapping[str, Any]) -> Iterator[Drift]:
    """Lists what was compared with the data in service, broken rules first."""
    for rule in (*verdict["broken"], *verdict["kept"]):
        if rule["rule"] in _DRIFT and rule.get("value") is not None:
            yield Drift(
                name=rule["rule"],
                value=rule["value"],
                limit=rule["limit"],
                sentence=rule["reason"],
            )
