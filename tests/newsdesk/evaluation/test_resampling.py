"""Resamples have as many rows, and vary as drawing rows again does."""

import numpy as np
import pytest

from newsdesk.evaluation.resampling import RESAMPLES, resampled


# Few kinds of rows are drawn by their numbers, many row by row.
@pytest.mark.parametrize("classes", [2, 40])
def test_resamples_vary_like_rows_that_are_drawn_again(classes: int) -> None:
    random = np.random.default_rng(0)
    label, first, second = random.integers(0, classes, (3, 500))
    blocks = list(resampled(label, [first, second], classes))
    for model, predicted in enumerate((first, second)):
        hits = np.concatenate([block[model].hits for block in blocks])
        actual = np.concatenate([block[model].actual for block in blocks])
        answers = np.concatenate([block[model].predicted for block in blocks])
        assert len(hits) == RESAMPLES
        assert (actual.sum(1) == 500).all() and (answers.sum(1) == 500).all()
        share = (label == predicted).mean()
        assert hits.sum(1).mean() == pytest.approx(500 * share, rel=0.03)
        assert hits.sum(1).std() == pytest.approx(
            (500 * share * (1 - share)) ** 0.5, rel=0.1
        )
        np.testing.assert_allclose(
            actual.mean(0), np.bincount(label, minlength=classes), rtol=0.08
        )


def test_models_are_counted_on_the_same_rows() -> None:
    label = np.arange(100) % 3
    for one, other in resampled(label, [label, label], 3):
        np.testing.assert_array_equal(one.hits, other.hits)
        np.testing.assert_array_equal(one.hits, one.actual)
