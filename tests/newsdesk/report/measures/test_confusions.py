"""The confusion matrix, and the pairs that are confused most."""

import dataclasses
import math

import numpy as np
from sklearn import metrics as reference

from newsdesk.report import measures
from newsdesk.report.measures import confusions
from tests.support.tested import answers, make_rows


def test_the_matrix_equals_scikit_learn() -> None:
    random = np.random.default_rng(2)
    label, predicted = random.integers(0, 4, (2, 300))
    found = measures.confusion(make_rows(label, answers(predicted, 4)))
    assert found
    assert found.counts == reference.confusion_matrix(label, predicted).tolist()
    assert found.labels == ["class 0", "class 1", "class 2", "class 3"]
    assert found.left_out == 0


def test_of_many_classes_those_with_most_errors_are_shown() -> None:
    # Classes 38 and 39 are confused, and all others have one right row.
    label = np.array([*range(40), 38, 39])
    predicted = np.array([*range(40), 39, 38])
    found = measures.confusion(make_rows(label, answers(predicted, 40)))
    assert found
    assert len(found.labels) == confusions.MOST_CLASSES
    assert found.labels[-2:] == ["class 38", "class 39"]
    assert found.counts[-1][-2:] == [1, 1]
    assert found.left_out == 10


def test_the_pair_with_most_rows_comes_first() -> None:
    found = measures.pairs(make_rows([0, 0, 1, 1, 2], answers([1, 0, 0, 0, 2], 3)))
    assert [(each.label, each.predicted, each.rows, each.share) for each in found] == [
        ("class 1", "class 0", 2, 1.0),
        ("class 0", "class 1", 1, 0.5),
    ]


def test_examples_are_those_that_the_model_is_surest_about() -> None:
    sure = [0.6, 0.9, math.nan, 0.7, 0.8]
    rows = make_rows([1] * 5, [[each, 1 - each] for each in sure])
    assert measures.pairs(rows)[0].examples == ["row 1", "row 4", "row 3"]


def test_equal_texts_are_one_example() -> None:
    rows = make_rows([1] * 4, answers([0] * 4, 2))
    rows = dataclasses.replace(rows, texts=["same", "same", "same", "row 3"])
    assert measures.pairs(rows)[0].examples == ["same", "row 3"]


def test_no_rows_and_no_errors() -> None:
    none = make_rows([], np.empty((0, 2)))
    assert measures.confusion(none) is None
    assert measures.pairs(none) == []
    assert measures.pairs(make_rows([1], [[0.1, 0.9]])) == []
