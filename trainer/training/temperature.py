"""Fits the temperature that makes the probabilities of a model mean something.

Source: Guo et al., On calibration of modern neural networks, ICML 2017, section 4.2.
"""

from dataclasses import dataclass

import numpy as np

LOWEST, HIGHEST = 0.05, 20.0
# With fewer rows, the temperature says more about these rows than about the model.
LEAST_ROWS = 100
# Of 1 / temperature. The model card has a temperature of four digits.
_PRECISION = 1e-5
_MOST_STEPS = 100


@dataclass(frozen=True)
class Fit:
    """A temperature, and what it changes on the rows that it was fitted on.

    Attributes:
        temperature: the divisor of the logits; 1 if it was not fitted.
        rows: number of rows.
        before: mean cross-entropy in nats without the temperature.
        after: with it.
        unfitted: why there is no temperature; "" if there is one.
    """

    temperature: float
    rows: int
    before: float
    after: float
    unfitted: str = ""

    @property
    def sentence(self) -> str:
        """What was fitted, or why nothing was."""
        if self.unfitted:
            return f"the probabilities are not calibrated: {self.unfitted}"
        return (
            f"temperature {self.temperature:g}, fitted on {self.rows:,} rows of eval: "
            f"loss {self.before:.4f} without it, {self.after:.4f} with it"
        )


def fit(logits: np.ndarray, labels: np.ndarray) -> Fit:
    """Finds the temperature with the lowest mean cross-entropy.

    Args:
        logits: float [rows, classes], of rows that the model was not trained on.
        labels: int [rows].

    Returns:
        A temperature between LOWEST and HIGHEST; 1 if there are too few rows, or if no
        other temperature lowers the loss.
    """
    logits = logits.astype(np.float64)
    rows, before = len(labels), cross_entropy(logits, labels, 1.0)
    if rows < LEAST_ROWS:
        few = f"eval has {rows:,} row{'s' if rows != 1 else ''}"
        few += f", and a temperature needs {LEAST_ROWS}"
        return Fit(1.0, rows, before, before, few)
    temperature = round(1 / _inverse(logits, labels), 4)
    after = cross_entropy(logits, labels, temperature)
    # `after >= before` would accept NaN.
    if not after < before:
        return Fit(1.0, rows, before, before, "no temperature lowers the loss on eval")
    return Fit(temperature, rows, before, after)


def cross_entropy(
    logits: np.ndarray, labels: np.ndarray, temperature: float = 1.0
) -> float:
    """Computes the mean cross-entropy of rows.

    Args:
        logits: float64 [rows, classes].
        labels: int [rows].
        temperature: the divisor of the logits.

    Returns:
        Nats; not finite if a logit is not.
    """
    # A training that diverged has infinite logits.
    with np.errstate(invalid="ignore"):
        scaled = logits / temperature
        scaled -= scaled.max(1, keepdims=True)
        right = scaled[np.arange(len(labels)), labels]
        return float((np.log(np.exp(scaled).sum(1)) - right).mean())


def _inverse(logits: np.ndarray, labels: np.ndarray) -> float:
    """The inverse temperature with the lowest loss.

    The loss is convex in it, so Newton's method finds it, and bisection helps where a
    step of Newton's leaves the interval.
    """
    targets = _targets(logits, labels)
    low, high, inverse = 1 / HIGHEST, 1 / LOWEST, 1.0
    for _ in range(_MOST_STEPS):
        slope, curvature = _derivatives(logits, targets, inverse)
        low, high = (low, inverse) if slope > 0 else (inverse, high)
        following = inverse - slope / curvature if curvature > 0 else low
        if not low < following < high:
            following = (low * high) ** 0.5
        if abs(following - inverse) <= _PRECISION * inverse:
            break
        inverse = following
    return inverse


def _targets(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The mean logit of each row under its target, float64 [rows].

    If the model has all eval rows right, the loss has no minimum: the probabilities
    would all become 1. So there is one more row, whose label is random, as in Platt,
    Probabilistic outputs for support vector machines, 1999.
    """
    share = 1 / (len(labels) + 1)
    right = logits[np.arange(len(labels)), labels]
    found: np.ndarray = (1 - share) * right + share * logits.mean(1)
    return found


def _derivatives(
    logits: np.ndarray, targets: np.ndarray, inverse: float
) -> tuple[float, float]:
    """The first two derivatives of the mean loss by the inverse temperature."""
    scaled = inverse * logits
    shares = np.exp(scaled - scaled.max(1, keepdims=True))
    shares /= shares.sum(1, keepdims=True)
    means = (shares * logits).sum(1)
    variances = (shares * logits**2).sum(1) - means**2
    return float((means - targets).mean()), float(variances.mean())
