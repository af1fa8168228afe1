"""The epoch that did best on the eval split, and when to stop looking for a better."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class Figures:
    """What a model reaches on a split: share of right answers, mean loss in nats."""

    accuracy: float
    loss: float

    def better_than(self, other: "Figures") -> bool:
        """Compares by accuracy, for that decides a blessing, then by loss.

        Args:
            other: figures on the same split.

        Returns:
            Whether these are strictly better.
        """
        return (self.accuracy, -self.loss) > (other.accuracy, -other.loss)


class BestWeights:
    """Remembers the weights of the epoch that did best on the eval split.

    Args:
        weights: the model's variables.
        patience: epochs in a row without a new best after which training ends.

    Attributes:
        values: the best weights, none before the first epoch is measured.
        figures: what they reach.
        waited: epochs since then.
    """

    def __init__(self, weights: list[tf.Variable], patience: int) -> None:
        self._weights = weights
        self._patience = patience
        self.values: list[np.ndarray] = []
        self.figures: Figures | None = None
        self.waited = 0

    @property
    def weights(self) -> Sequence[tf.Variable]:
        """The model's variables, in the order of `values`."""
        return self._weights

    @property
    def worth_another_epoch(self) -> bool:
        """Whether patience is left."""
        return self.waited < self._patience

    def offer(self, figures: Figures) -> None:
        """Looks at the model as it is now.

        Args:
            figures: what it reaches on the eval split.
        """
        if self.figures is None or figures.better_than(self.figures):
            self.figures = figures
            self.values = [weight.numpy() for weight in self._weights]
            self.waited = 0
        else:
            self.waited += 1

    def restore(self) -> Figures:
        """Gives the model the weights it had when it was best.

        Returns:
            The figures of that epoch.

        Raises:
            ValueError: nothing was offered yet.
        """
        if self.figures is None:
            raise ValueError("no epoch was measured yet")
        for weight, value in zip(self._weights, self.values, strict=True):
            weight.assign(value)
        return self.figures
