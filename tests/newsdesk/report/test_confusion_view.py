"""The confusion matrix has readable size and true shares."""

from newsdesk.report.confusion_view import MOST, matrix
from newsdesk.report.content import ClassFigures, Confusion


def test_shares_are_of_the_class() -> None:
    found = matrix(Confusion(labels=["a", "b"], counts=[[6, 2], [0, 5]]), [])
    assert [[cell.share for cell in row.cells] for row in found.rows] == [
        [0.75, 0.25],
        [0.0, 1.0],
    ]
    assert found.rows[0].cells[1].css == "e9"
    assert found.rows[1].cells[0].css == "none"
    assert found.highest == 0.25


def test_answers_that_are_left_out_count_in_the_class() -> None:
    confusion = Confusion(labels=["a"], counts=[[6]], left_out=2)
    found = matrix(confusion, [ClassFigures(name="a", rows=8, accuracy=0.75)])
    assert (found.rows[0].others, found.rows[0].total) == (2, 8)
    assert found.rows[0].cells[0].share == 0.75


def test_of_many_classes_those_with_most_errors_are_shown() -> None:
    size = MOST + 20
    counts = [
        [10 if row == column else 0 for column in range(size)] for row in range(size)
    ]
    for row in range(20, size):
        counts[row][size - 1 - (row - 20)] += 3
    labels = [f"class {number}" for number in range(size)]
    found = matrix(Confusion(labels=labels, counts=counts, left_out=4), [])
    assert found.labels == labels[20:]
    assert found.left_out == 24
    assert found.rows[0].others == 0


def test_a_class_without_rows_divides_by_nothing() -> None:
    found = matrix(Confusion(labels=["a", "b"], counts=[[0, 0], [0, 0]]), [])
    assert found.highest == 0
    assert found.rows[0].cells[0].css == "none"
