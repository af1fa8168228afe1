"""Which classes, slices and rows come first on the page, and how many it shows."""

import math

from newsdesk.report.content import ClassFigures, Content

MOST_CLASSES = 500
MOST_SLICES = 25
MOST_PAIRS = 15
MOST_EXAMPLES = 3
MOST_DOUBTFUL = 25
# The accuracy of fewer rows is mostly chance; FEW_ROWS of the measures is the same.
ENOUGH_ROWS = 30


def worst_first(classes: list[ClassFigures]) -> list[ClassFigures]:
    """Sorts classes by their F1.

    Args:
        classes: figures of the classes.

    Returns:
        The classes, those with the lowest F1 first, and those without F1 or without
        tested rows last.
    """
    order = sorted(classes, key=lambda one: (one.rows == 0, _or_last(one.f1)))
    return order[:MOST_CLASSES]


def worst_slices(slices: list[ClassFigures]) -> list[ClassFigures]:
    """Sorts the slices of one column by their accuracy.

    Args:
        slices: figures of the slices.

    Returns:
        The slices with the lowest accuracy first; those with few rows last.
    """
    order = sorted(slices, key=lambda one: (one.rows < ENOUGH_ROWS, one.accuracy))
    return order[:MOST_SLICES]


def worst_slice(content: Content) -> tuple[str, ClassFigures] | None:
    """Finds the slice with the lowest accuracy.

    Args:
        content: of the report.

    Returns:
        Its column and figures; None if no slice has enough rows.
    """
    found = (
        (column, one)
        for column, slices in content.slices.items()
        for one in slices
        if one.rows >= ENOUGH_ROWS
    )
    return min(found, key=lambda pair: pair[1].accuracy, default=None)


def labels_by_rows(content: Content) -> list[str]:
    """Lists the labels of all splits.

    Args:
        content: of the report.

    Returns:
        Labels, the most frequent first.
    """
    sums: dict[str, int] = {}
    for split in content.data.splits if content.data else []:
        for label, rows in split.by_label.items():
            sums[label] = sums.get(label, 0) + rows
    return sorted(sums, key=lambda label: -sums[label])[:MOST_CLASSES]


def _or_last(value: float | None) -> float:
    return math.inf if value is None or math.isnan(value) else value
