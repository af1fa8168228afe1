"""TFMA gets the sums of every slice."""

import numpy as np
import pytest
import tensorflow_model_analysis as tfma

from components import predictions, tfma_rows
from newsdesk.evaluation.tested_rows import Predicted, TestedRows

pytestmark = pytest.mark.slow
ROWS = 300


class _Name(str):
    """A value of a slice column that counts how often it is compared."""

    __slots__ = ()
    comparisons = 0
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        _Name.comparisons += 1
        return str.__eq__(self, other)


@pytest.fixture
def sums(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[object, ...], tfma_rows.Sums]:
    """Sums by slice; every third row has no value, and the others differ."""
    names = np.array(
        [None if row % 3 == 0 else _Name(f"{row:03}") for row in range(ROWS)], object
    )
    rows = TestedRows(
        np.arange(ROWS) % 2,
        Predicted(np.zeros(ROWS, np.int64), np.full(ROWS, 0.5)),
        slices={"author": names, "day": np.full(ROWS, None, object)},
    )
    monkeypatch.setattr(predictions, "read", lambda _: rows)
    _Name.comparisons = 0
    extracts = list(tfma_rows._extracts({tfma.INPUT_KEY: "folder"}, 2))
    return {found[tfma.SLICE_KEY_TYPES_KEY][0]: found["sums"] for found in extracts}


def test_rows_without_a_value_are_in_no_slice(
    sums: dict[tuple[object, ...], tfma_rows.Sums],
) -> None:
    assert len(sums) == 1 + ROWS * 2 // 3
    assert sums[()].metrics["example_count"] == ROWS
    assert sums[()].metrics["sparse_categorical_accuracy"] == 0.5
    assert sums[(("author", "001"),)].metrics["sparse_categorical_accuracy"] == 0
    assert sums[(("author", "002"),)].metrics["sparse_categorical_accuracy"] == 1


def test_many_values_do_not_compare_every_row_with_each(
    sums: dict[tuple[object, ...], tfma_rows.Sums],
) -> None:
    assert sums and _Name.comparisons < 10 * ROWS
