"""Figures by slice, the worst first."""

import numpy as np

from newsdesk.evaluation.confusion import Array, Counts
from newsdesk.evaluation.tested import Tested
from newsdesk.report.content import ClassFigures

# A figure of fewer rows says little; `evaluation.min_class_rows` has this default.
FEW_ROWS = 30
# A column of identifiers must not fill the page.
MOST = 50


def slices(rows: Tested) -> dict[str, list[ClassFigures]]:
    """Measures the figures of each slice.

    Args:
        rows: the tested rows.

    Returns:
        By column: its 50 worst slices, that with the lowest accuracy first, and those
        with fewer than 30 rows last, the largest first. `f1` is the macro F1. Columns
        without a value in any row are left out.
    """
    found = {column: _worst(rows, values) for column, values in rows.slices.items()}
    return {column: figures for column, figures in found.items() if figures}


def _worst(rows: Tested, values: Array) -> list[ClassFigures]:
    names, chosen, group = _grouped(values)
    if not names:
        return []
    sizes = np.bincount(group)
    accuracy = np.bincount(group, weights=rows.is_right[chosen]) / sizes
    few = sizes < FEW_ROWS
    order = np.lexsort((accuracy, np.where(few, -sizes, 0), few))[:MOST]
    parts = np.split(chosen[np.argsort(group, kind="stable")], np.cumsum(sizes)[:-1])
    return [_figures(rows, names[each], parts[each]) for each in order]


def _grouped(values: Array) -> tuple[list[str], Array, Array]:
    """Names of the slices, the rows that have a value, and the slice of each."""
    numbers: dict[str, int] = {}
    group = [
        -1 if value is None else numbers.setdefault(value, len(numbers))
        for value in values
    ]
    found = np.array(group, np.int64)
    (chosen,) = (found >= 0).nonzero()
    return list(numbers), chosen, found[chosen]


def _figures(rows: Tested, name: str, chosen: Array) -> ClassFigures:
    label = rows.label[chosen]

    def macro_f1(predicted: Array) -> float:
        return float(Counts.of(label, predicted[chosen], len(rows.labels)).macro_f1)

    before = rows.baseline.classes if rows.baseline else None
    return ClassFigures(
        name=name,
        rows=len(chosen),
        accuracy=float(rows.is_right[chosen].mean()),
        f1=macro_f1(rows.predicted),
        baseline_f1=None if before is None else macro_f1(before),
        baseline_accuracy=(
            None if before is None else float((label == before[chosen]).mean())
        ),
    )
