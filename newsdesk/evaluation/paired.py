"""Compares two models on the same rows, and says what chance explains.

Two figures on the same rows differ by chance only in the rows where the models differ.
Tests for independent samples ignore this, and miss most real losses.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from newsdesk.evaluation.confusion import Array, Counts
from newsdesk.evaluation.resampling import resampled

# With more discordant rows, the normal distribution gives the same decision.
_EXACT = 1_000


@dataclass(frozen=True)
class Drop:
    """By how much one figure of a model is below that of another.

    Attributes:
        before: the figure of the model that is compared with.
        now: the figure of the candidate.
        rows: the number of rows that both figures rest on.
        differing: the number of rows in which the models differ in this figure.
        error: the standard error of the difference.
        p_value: the probability that two equal models differ by at least this much in
            this direction.
    """

    before: float
    now: float
    rows: int
    differing: int
    error: float
    p_value: float

    @property
    def size(self) -> float:
        """The difference; positive if the candidate is worse."""
        return self.before - self.now

    @property
    def least_p_value(self) -> float:
        """The p-value if all differing rows were against the candidate."""
        return float(0.5**self.differing)


def accuracy_drop(was_right: Array, is_right: Array) -> Drop:
    """Compares accuracies with McNemar's test, one-sided.

    Args:
        was_right: whether the model that is compared with has each row right, bool
            [rows].
        is_right: whether the candidate has it right, bool [rows].

    Returns:
        The drop. The test is exact up to 1,000 rows that only one model has right, and
        uses the normal distribution with a continuity correction above.

    Source: McNemar, Note on the sampling error of the difference between correlated
    proportions or percentages, Psychometrika 12, 1947.
    """
    rows = len(was_right)
    lost = int((was_right & ~is_right).sum())
    won = int((~was_right & is_right).sum())
    size = (lost - won) / rows
    error = math.sqrt(max((lost + won) / rows - size**2, 0.0) / rows)
    before, now = float(was_right.mean()), float(is_right.mean())
    return Drop(before, now, rows, lost + won, error, _sign_test(lost, won))


@dataclass(frozen=True)
class F1Drops:
    """The drops of the F1 of a candidate.

    Attributes:
        macro: of macro F1.
        by_class: of each class, in the order of their numbers; `rows` are those of the
            class.
    """

    macro: Drop
    by_class: list[Drop]


def f1_drops(label: Array, before: Array, now: Array, classes: int) -> F1Drops:
    """Compares F1 with a paired bootstrap, one-sided.

    The rows are drawn again 1,000 times, with the predictions of both models. The
    standard deviation of the differences is the standard error of the difference. The
    same rows always give the same result.

    Args:
        label: the number of the true class of each row, int64 [rows].
        before: the class that the model that is compared with predicts, int64 [rows].
        now: the class that the candidate predicts, int64 [rows].
        classes: the number of classes.

    Returns:
        The drops.

    Source: Efron and Tibshirani, An introduction to the bootstrap, 1993, chapter 6.
    """
    macro_error, class_errors = _bootstrap_errors(label, before, now, classes)
    was = Counts.of(label, before, classes)
    found = Counts.of(label, now, classes)
    differs = before != now
    macro = _normal_drop(
        float(was.macro_f1),
        float(found.macro_f1),
        len(label),
        int(differs.sum()),
        macro_error,
    )
    differing = np.bincount(before[differs], minlength=classes)
    differing += np.bincount(now[differs], minlength=classes)
    columns = (was.f1, found.f1, was.actual, differing, class_errors)
    rows_of = zip(*(column.tolist() for column in columns), strict=True)
    return F1Drops(macro, [_normal_drop(*figures) for figures in rows_of])


def _bootstrap_errors(
    label: Array, before: Array, now: Array, classes: int
) -> tuple[float, Array]:
    """Standard errors of the differences of macro F1, and of the F1 of each class."""
    macro, by_class = [], []
    for was, found in resampled(label, [before, now], classes):
        macro.append(was.macro_f1 - found.macro_f1)
        by_class.append(was.f1 - found.f1)
    return float(np.concatenate(macro).std()), np.concatenate(by_class).std(0)


def chance(size: float, error: float) -> float:
    """The probability that two equal models differ by at least a drop.

    Args:
        size: of the drop.
        error: its standard error; 0 if both models predict the same classes.

    Returns:
        The probability, by the normal distribution.
    """
    if error == 0:
        return 1.0 if size <= 0 else 0.0
    return _normal_tail(size / error)


def _normal_drop(
    before: float, now: float, rows: int, differing: int, error: float
) -> Drop:
    drop = Drop(before, now, rows, differing, error, chance(before - now, error))
    # A bootstrap of a few rows gives too small an error.
    return replace(drop, p_value=max(drop.p_value, drop.least_p_value))


def _sign_test(lost: int, won: int) -> float:
    """The probability of at least `lost` heads in as many throws of a fair coin."""
    throws = lost + won
    if throws > _EXACT:
        return _normal_tail((lost - won - 1) / math.sqrt(throws))
    ways = sum(math.comb(throws, heads) for heads in range(lost, throws + 1))
    return ways / (1 << throws)


def _normal_tail(value: float) -> float:
    """The probability that a standard normal number is above a value."""
    return math.erfc(value / math.sqrt(2)) / 2
