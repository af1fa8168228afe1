"""Draws the tested rows again and again, to see how much chance changes a figure."""

from collections.abc import Iterator, Sequence

import numpy as np

from newsdesk.evaluation.confusion import Array, Counts

RESAMPLES = 1_000
# Numbers in one array of resamples: 32 MB.
_BLOCK = 1 << 22


def resampled(
    label: Array, predicted: Sequence[Array], classes: int
) -> Iterator[list[Counts]]:
    """Counts the rows of 1,000 resamples, which are the same for every model.

    The same rows always give the same resamples.

    Args:
        label: the number of the true class of each row, int64 [rows]; at least one row.
        predicted: the class that each model predicts, int64 [rows] for each model.
        classes: the number of classes.

    Yields:
        For some of the resamples, the counts of each model, int64 [resamples, classes].

    Source: Efron and Tibshirani, An introduction to the bootstrap, 1993, chapter 6.
    """
    # Equal rows are counted together, so the cost does not grow with the classes.
    shape = (classes,) * (1 + len(predicted))
    codes, kind, counts = np.unique(
        np.ravel_multi_index((label, *predicted), shape),
        return_inverse=True,
        return_counts=True,
    )
    true, *answers = np.unravel_index(codes, shape)
    random = np.random.default_rng(0)
    size = max(1, min(RESAMPLES, _BLOCK // (len(codes) + classes)))
    for start in range(0, RESAMPLES, size):
        drawn = _draw(random, kind, counts, min(size, RESAMPLES - start))
        yield [_weighted(true, answer, drawn, classes) for answer in answers]


def _draw(random: np.random.Generator, kind: Array, counts: Array, times: int) -> Array:
    """Draws as many rows as there are, and counts their kinds, [times, kinds]."""
    rows = len(kind)
    # A number of one kind takes as long to draw as eight rows.
    if rows > 8 * len(counts):
        return random.multinomial(rows, counts / rows, times)
    drawn = (kind[random.integers(0, rows, rows)] for _ in range(times))
    return np.stack([np.bincount(each, minlength=len(counts)) for each in drawn])


def _weighted(label: Array, predicted: Array, weights: Array, classes: int) -> Counts:
    """Counts weighted rows, for each sample of weights."""
    hits = np.where(label == predicted, weights, 0)
    return Counts(
        _sums(hits, label, classes),
        _sums(weights, label, classes),
        _sums(weights, predicted, classes),
    )


def _sums(weights: Array, keys: Array, classes: int) -> Array:
    """Adds the columns of an array that have the same key."""
    return np.stack([np.bincount(keys, sample, classes) for sample in weights])
