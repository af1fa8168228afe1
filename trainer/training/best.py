"""Keeps the weights of the best epoch, and decides when to stop early."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class Figures:
    """Results of a model on a split: accuracy as a fraction, mean loss in nats."""

    accuracy: float
    loss: float

    def better_than(self, other: "Figures") -> bool:
        """Compares by accuracy, which decides a blessing, then by loss.

        Args:
            other: results on the same split.

        Returns:
            Whether these are strictly better.
        """
        return (self.accuracy, -self.loss) > (other.accuracy, -other.loss)


class BestWeights:
    """Keeps the weights of the epoch with the best results on the eval split.

    Args:
        weights: the model's variables.
        patience: number of epochs in a row without better results that end a training.

    Attributes:
        values: the best weights, empty before the first epoch is measured.
        figures: the results of the best weights.
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
        """Whether fewer than `patience` epochs in a row brought nothing better."""
        return self.waited < self._patience

    def offer(self, figures: Figures) -> None:
        """Keeps the current weights of the model if they are the best so far.

        Args:
            figures: the results of the current weights on the eval split.
        """
        if self.figures is None or figures.better_than(self.figures):
            self.figures = figures
            self.values = [weight.numpy() for weight in self._weights]
            self.waited = 0
        else:
            self.waited += 1

    def restore(self) -> Figures:
        """Restores the best weights in the model.

        Returns:
            Their results on the eval split.

        Raises:
            ValueError: `offer` was not called before.
        """
        if self.figures is None:
            raise ValueError("no epoch was measured yet")
        for weight, value in zip(self._weights, self.values, strict=True):
            weight.assign(value)
        return self.figures
