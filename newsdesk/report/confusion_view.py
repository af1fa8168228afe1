"""The confusion matrix as cells of a table, at most as many as a person can read."""

from dataclasses import dataclass

from newsdesk.report.content import ClassFigures, Confusion
from newsdesk.report.heat import step

# 400 classes would be 160,000 cells and 8 MB.
MOST = 30


@dataclass(frozen=True)
class Cell:
    """A cell of the matrix.

    Attributes:
        count: rows of the class with this answer.
        share: of all rows of the class.
        css: the class of its colour.
    """

    count: int
    share: float
    css: str


@dataclass(frozen=True)
class Row:
    """The answers for one class.

    Attributes:
        label: the class in the data.
        cells: by answer.
        others: rows whose answer is a class that is not shown.
        total: rows of the class.
    """

    label: str
    cells: list[Cell]
    others: int
    total: int


@dataclass(frozen=True)
class Matrix:
    """The matrix.

    Attributes:
        labels: names of rows and columns.
        rows: in the same order.
        left_out: how many classes are not shown.
        highest: the largest share of a wrong answer.
    """

    labels: list[str]
    rows: list[Row]
    left_out: int
    highest: float


def matrix(confusion: Confusion, classes: list[ClassFigures]) -> Matrix:
    """Prepares the matrix.

    Args:
        confusion: counts of the classes.
        classes: figures of all classes; they know the rows of a class whose answers
            are partly left out.

    Returns:
        The matrix of the classes with most errors, in the order of `confusion`.
    """
    shown = _most_errors(confusion)
    known = {one.name: one.rows for one in classes}
    counts = [[confusion.counts[row][column] for column in shown] for row in shown]
    labels = [confusion.labels[row] for row in shown]
    totals = [
        max(sum(confusion.counts[row]), known.get(confusion.labels[row], 0))
        for row in shown
    ]
    highest = _highest(counts, totals)
    rows = [
        Row(label, _cells(number, row, total, highest), total - sum(row), total)
        for number, (label, row, total) in enumerate(
            zip(labels, counts, totals, strict=True)
        )
    ]
    left_out = confusion.left_out + len(confusion.labels) - len(shown)
    return Matrix(labels, rows, left_out, highest)


def _most_errors(confusion: Confusion) -> list[int]:
    counts = confusion.counts
    columns = [sum(column) for column in zip(*counts, strict=True)]
    errors = [
        sum(row) + column - 2 * row[number]
        for number, (row, column) in enumerate(zip(counts, columns, strict=True))
    ]
    order = sorted(range(len(counts)), key=lambda number: -errors[number])
    return sorted(order[:MOST])


def _highest(counts: list[list[int]], totals: list[int]) -> float:
    wrong = (
        cell / (totals[number] or 1)
        for number, row in enumerate(counts)
        for column, cell in enumerate(row)
        if column != number
    )
    return max(wrong, default=0.0)


def _cells(number: int, row: list[int], total: int, highest: float) -> list[Cell]:
    cells = []
    for column, count in enumerate(row):
        share = count / (total or 1)
        # Wrong answers are few: next to right ones they would all be pale.
        is_right = column == number
        css = f"h{step(share)}" if is_right else f"e{step(share, highest)}"
        cells.append(Cell(count, share, css if count else "none"))
    return cells
