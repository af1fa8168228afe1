"""Figures by class, the worst first."""

import math

from newsdesk.evaluation.confusion import Array, Counts
from newsdesk.evaluation.tested import Tested
from newsdesk.report.content import ClassFigures


def classes(rows: Tested) -> list[ClassFigures]:
    """Measures the figures of each class.

    A figure that has no rows to rest on is None: recall of a class without rows,
    precision of a class that is never predicted, F1 if both.

    Args:
        rows: the tested rows.

    Returns:
        The classes, that with the lowest F1 first, and those without rows last;
        `accuracy` is the recall, NaN without rows. [] without any row.
    """
    if not len(rows.label):
        return []
    counts = Counts.of(rows.label, rows.predicted, len(rows.labels))
    before = None
    if rows.baseline:
        before = Counts.of(rows.label, rows.baseline.classes, len(rows.labels))
    return sorted(_figures(rows.labels, counts, before), key=_badness)


def _figures(
    labels: list[str], counts: Counts, before: Counts | None
) -> list[ClassFigures]:
    has_rows = counts.actual > 0
    recall = _defined(counts.recall, has_rows)
    precision = _defined(counts.precision, counts.predicted > 0)
    f1 = _f1(counts)
    none = [None] * len(labels)
    old_f1 = _f1(before) if before else none
    old_recall = _defined(before.recall, has_rows) if before else none
    return [
        ClassFigures(
            name=name,
            rows=int(counts.actual[each]),
            accuracy=math.nan if (found := recall[each]) is None else found,
            precision=precision[each],
            recall=recall[each],
            f1=f1[each],
            baseline_f1=old_f1[each],
            baseline_accuracy=old_recall[each],
        )
        for each, name in enumerate(labels)
    ]


def _f1(counts: Counts) -> list[float | None]:
    return _defined(counts.f1, counts.actual + counts.predicted > 0)


def _defined(values: Array, is_defined: Array) -> list[float | None]:
    pairs = zip(values.tolist(), is_defined.tolist(), strict=True)
    return [value if defined else None for value, defined in pairs]


def _badness(figures: ClassFigures) -> tuple[bool, float]:
    return figures.rows == 0, figures.f1 or 0.0
