"""Everything that Predictions wrote about the tested rows.

It is not in the report's package, because the cache key of a node covers what the node
imports: a change of the report must not evaluate a model again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from newsdesk.evaluation.confusion import Array
from newsdesk.evaluation.tested_rows import Predicted


@dataclass(frozen=True)
class Tested:
    """The tested rows, with texts and probabilities.

    Attributes:
        labels: the names of the classes, in the order of their numbers.
        label: the number of the true class of each row, int64 [rows].
        predicted: the number of the likeliest class of each row, int64 [rows].
        loss: the cross entropy of each row in nats, float64 [rows]; NaN if a
            probability is not finite.
        probabilities: of each class, float32 [rows, classes].
        texts: of the rows.
        baseline: predictions of the model in service; None without one.
        slices: the value of each row by slice column, [rows]; None in a row without.
    """

    labels: list[str]
    label: Array
    predicted: Array
    loss: Array
    probabilities: Array
    texts: Sequence[str]
    baseline: Predicted | None = None
    slices: Mapping[str, Array] = field(default_factory=dict)

    @cached_property
    def is_right(self) -> Array:
        """Whether the answer is right, bool [rows]."""
        found: Array = self.label == self.predicted
        return found

    @cached_property
    def confidence(self) -> Array:
        """The probability of the answer, float32 [rows]."""
        found: Array = self.probabilities[np.arange(len(self.label)), self.predicted]
        return found
