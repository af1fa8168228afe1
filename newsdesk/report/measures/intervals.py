"""Intervals of 95% by bootstrap, and probabilities of differences."""

import math

import numpy as np

from newsdesk.evaluation.confusion import Array
from newsdesk.evaluation.resampling import RESAMPLES
from newsdesk.report.content import Interval

_TAIL = 0.025
# Values are rounded to this many steps between the least and the largest. At a million
# rows, this changes the width of an interval by 1% at most.
_STEPS = 2_000


def interval(value: float, draws: Array, low: float, high: float) -> Interval:
    """Makes the interval that has 95% of the resampled figures.

    The resampled figures are moved so that their mean is the figure: with few rows per
    class, a resample lacks classes, and its macro F1 is too low on average.

    Args:
        value: the figure of all rows.
        draws: the figure of each resample, float [resamples].
        low: the least value that the figure can have.
        high: the largest.

    Returns:
        The interval; NaN if the figure is NaN.

    Source: Efron and Tibshirani, An introduction to the bootstrap, 1993, chapter 13.
    """
    ends = np.quantile(draws, [_TAIL, 1 - _TAIL]) - draws.mean() + value
    below, above = np.clip(ends, low, high).tolist()
    # Rounding must not put the figure outside.
    return Interval(value=value, low=min(below, value), high=max(above, value))


def share_interval(value: float, draws: Array, rows: int) -> Interval:
    """Makes the interval of a share of rows.

    Args:
        value: the share, 0 to 1.
        draws: the share of each resample, float [resamples].
        rows: the number of rows.

    Returns:
        The interval.

    Source: Clopper and Pearson, The use of confidence or fiducial limits illustrated in
    the case of the binomial, Biometrika 26, 1934.
    """
    # If all rows are alike, so are all resamples; the exact interval is not a point.
    if value in (0.0, 1.0):
        bound = _TAIL ** (1 / rows)
        ends = (0.0, 1 - bound) if value == 0 else (bound, 1.0)
        return Interval(value=value, low=ends[0], high=ends[1])
    return interval(value, draws, 0.0, 1.0)


def mean_interval(values: Array, low: float = -math.inf) -> Interval:
    """Makes the interval of a mean.

    Args:
        values: of each row, float [rows].
        low: the least value that the mean can have.

    Returns:
        The interval; NaN if a value is not finite.
    """
    mean = float(values.mean())
    if not np.isfinite(values).all():
        return Interval(value=math.nan, low=math.nan, high=math.nan)
    return interval(mean, _resampled_means(values), low, math.inf)


def two_sided(size: float, error: float, differing: int) -> float | None:
    """The probability that two equal models differ by at least as much.

    Args:
        size: the difference of a figure.
        error: its standard error.
        differing: the number of rows in which the models differ.

    Returns:
        The probability, by the normal distribution; None if the difference is NaN.
    """
    if math.isnan(size):
        return None
    if size == 0:
        return 1.0
    normal = math.erfc(abs(size) / error / math.sqrt(2)) if error else 0.0
    # A bootstrap of a few rows gives too small an error.
    return max(normal, min(1.0, 2 * 0.5**differing))


def _resampled_means(values: Array) -> Array:
    """The mean of each resample, in time that hardly depends on the number of rows."""
    least, largest = values.min(), values.max()
    step = max((largest - least) / _STEPS, np.finfo(np.float64).tiny)
    group = ((values - least) / step).astype(np.int64)
    rows, sums = np.bincount(group), np.bincount(group, weights=values)
    (filled,) = rows.nonzero()
    shares = rows[filled] / len(values)
    drawn = np.random.default_rng(0).multinomial(len(values), shares, RESAMPLES)
    means: Array = drawn @ (sums[filled] / rows[filled]) / len(values)
    return means
