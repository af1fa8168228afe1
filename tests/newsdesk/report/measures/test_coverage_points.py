"""How many rows the model answers, and how well."""

import math

import numpy as np
import pytest

from newsdesk.report import measures
from newsdesk.report.measures import coverage_points
from tests.support.tested import make_rows


def test_each_point_has_the_rows_from_its_probability_on() -> None:
    rows = make_rows([0, 1, 0, 0], [[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]])
    found = [(each.coverage, each.accuracy) for each in measures.coverage(rows)]
    assert found == [(1.0, 0.75), (0.75, 2 / 3), (0.5, 0.5), (0.25, 1.0)]
    assert measures.coverage(rows)[0].probability == pytest.approx(0.6)


def test_rows_of_equal_probability_are_answered_together() -> None:
    rows = make_rows([0, 1, 0], [[0.8, 0.2], [0.8, 0.2], [0.6, 0.4]])
    found = [(each.coverage, each.accuracy) for each in measures.coverage(rows)]
    assert found == [(1.0, pytest.approx(2 / 3)), (pytest.approx(2 / 3), 0.5)]


def test_many_rows_have_few_points() -> None:
    random = np.random.default_rng(0)
    sure = random.uniform(0.5, 1, 5_000)
    label = (random.random(5_000) > sure).astype(np.int64)
    found = measures.coverage(make_rows(label, np.stack([sure, 1 - sure], 1)))
    assert len(found) == coverage_points.POINTS
    assert found[0].coverage == 1
    assert found[25].coverage == pytest.approx(0.5, abs=0.02)
    assert found[40].accuracy > found[0].accuracy + 0.1
    for each in found:
        answered = sure.astype(np.float32) >= np.float32(each.probability)
        assert each.coverage == pytest.approx(answered.mean())
        assert each.accuracy == pytest.approx((label[answered] == 0).mean())


def test_rows_without_a_finite_probability_are_not_answered() -> None:
    found = measures.coverage(make_rows([0, 0], [[math.nan, math.nan], [0.9, 0.1]]))
    assert [each.coverage for each in found] == [0.5]
    assert measures.coverage(make_rows([], np.empty((0, 2)))) == []
