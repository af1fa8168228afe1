"""Figures by slice."""

import numpy as np

from newsdesk.report import measures
from newsdesk.report.measures import slice_figures
from tests.support.tested import answers, make_rows


def test_the_worst_slice_comes_first_and_small_ones_last() -> None:
    values = ["mail"] * 40 + ["web"] * 40 + ["fax"] * 2 + ["post"] * 3 + [None]
    label = [0] * 86
    predicted = [1] * 4 + [0] * 36 + [1] * 8 + [0] * 32 + [1, 0, 1, 1, 1, 0]
    rows = make_rows(label, answers(predicted, 2), [0] * 86, {"source": values})
    found = measures.slices(rows)["source"]
    assert [(each.name, each.rows, each.accuracy) for each in found] == [
        ("web", 40, 0.8),
        ("mail", 40, 0.9),
        ("post", 3, 0.0),
        ("fax", 2, 0.5),
    ]
    assert found[0].baseline_accuracy == 1


def test_f1_is_macro_f1() -> None:
    rows = make_rows(
        [0, 0, 1], answers([0, 1, 1], 2), slices={"source": ["a", "a", "a"]}
    )
    (found,) = measures.slices(rows)["source"]
    assert found.f1 == 2 / 3
    assert found.baseline_f1 is None


def test_a_column_of_identifiers_does_not_fill_the_page() -> None:
    names = [f"row {each}" for each in range(1_000)]
    rows = make_rows([0] * 1_000, answers([0] * 1_000, 2), slices={"id": names})
    assert len(measures.slices(rows)["id"]) == slice_figures.MOST


def test_columns_without_values_are_left_out() -> None:
    rows = make_rows([0], answers([0], 2), slices={"source": [None]})
    assert measures.slices(rows) == {}
    assert measures.slices(make_rows([], np.empty((0, 2)), slices={"source": []})) == {}
