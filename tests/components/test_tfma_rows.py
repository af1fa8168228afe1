"""TFMA gets the sums of every slice, and the metrics of scikit-learn."""

import numpy as np
import pytest
import tensorflow_model_analysis as tfma
from sklearn import metrics as reference

from components import predictions, tfma_rows
from newsdesk.evaluation import tfma_config
from newsdesk.evaluation.tested_rows import Predicted, TestedRows, losses

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


def test_figures_equal_scikit_learn() -> None:
    """The largest probability is often below 0.5, and class 3 is never right."""
    random = np.random.default_rng(7)
    label = random.integers(0, 4, ROWS)
    scores = random.normal(size=(ROWS, 4)) + 1.5 * np.eye(4)[label]
    scores[:, 3] -= 9
    shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    predicted = Predicted(shares.argmax(1), losses(shares, label))
    whole = np.arange(ROWS)
    parts = [
        tfma_rows.Sums.of(TestedRows(label, predicted), rows, 4)
        for rows in (whole[:100], whole[100:])
    ]

    found = (parts[0] + parts[1]).metrics

    assert set(found) == set(tfma_config.METRICS)
    assert found[tfma_config.ROWS] == ROWS
    assert found[tfma_config.ACCURACY] == pytest.approx(
        reference.accuracy_score(label, predicted.classes)
    )
    assert found[tfma_config.MACRO_F1] == pytest.approx(
        reference.f1_score(label, predicted.classes, average="macro")
    )
    assert found[tfma_config.LOSS] == pytest.approx(reference.log_loss(label, shares))
