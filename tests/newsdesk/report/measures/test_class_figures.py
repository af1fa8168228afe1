"""Figures by class."""

import math

import numpy as np
import pytest
from sklearn import metrics as reference

from newsdesk.report import measures
from tests.support.tested import answers, make_rows


def test_figures_equal_scikit_learn() -> None:
    random = np.random.default_rng(2)
    label, predicted, before = random.integers(0, 4, (3, 300))
    found = measures.classes(make_rows(label, answers(predicted, 4), before))
    precision, recall, f1, rows = reference.precision_recall_fscore_support(
        label, predicted
    )
    old_f1 = reference.f1_score(label, before, average=None)
    for each in found:
        number = int(each.name.removeprefix("class "))
        assert each.rows == rows[number]
        assert each.precision == pytest.approx(precision[number])
        assert each.recall == each.accuracy == pytest.approx(recall[number])
        assert each.f1 == pytest.approx(f1[number])
        assert each.baseline_f1 == pytest.approx(old_f1[number])
    assert [each.f1 for each in found] == sorted(f1)


def test_classes_without_rows_or_answers_come_with_what_is_known() -> None:
    # Class 1 is never predicted, 2 has no row, 3 has neither.
    found = measures.classes(make_rows([0, 0, 1], answers([0, 2, 0], 4)))
    assert [each.name for each in found] == ["class 1", "class 0", "class 2", "class 3"]
    never, _, no_row, neither = found
    assert (never.precision, never.recall, never.f1) == (None, 0, 0)
    assert (no_row.precision, no_row.recall, no_row.f1) == (0, None, 0)
    assert math.isnan(no_row.accuracy)
    assert (neither.precision, neither.recall, neither.f1) == (None, None, None)
    assert never.baseline_f1 is None


def test_no_rows() -> None:
    assert measures.classes(make_rows([], np.empty((0, 2)))) == []
