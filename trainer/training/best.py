"""Keeps the weights of the best epoch, and decides when to stop early."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from newsdesk.config.train import SelectBy
from trainer.training import temperature
from trainer.training.scores import Scores


@dataclasses.dataclass(frozen=True)
class Figures:
    """Results of a model on a split.

    Attributes:
        accuracy: share of the rows whose label is predicted.
        loss: mean cross-entropy in nats.
        macro_f1: mean F1 over the classes that occur or are predicted.
    """

    accuracy: float
    loss: float
    macro_f1: float

    @classmethod
    def of(cls, scores: Scores) -> "Figures":
        """Computes the results from the logits of all rows.

        Args:
            scores: logits and labels.

        Returns:
            The results.
        """
        logits, labels = scores
        predicted = np.argmax(logits, 1)
        classes = logits.shape[1]
        right, shown, actual = (
            np.bincount(rows, minlength=classes)
            for rows in (labels[predicted == labels], predicted, labels)
        )
        known = shown + actual > 0
        f1 = 2 * right[known] / (shown + actual)[known]
        loss = temperature.cross_entropy(logits.astype(np.float64), labels)
        return cls(int(right.sum()) / len(labels), loss, float(f1.mean()))

    def better_than(self, other: "Figures", by: SelectBy = "accuracy") -> bool:
        """Compares by one figure; if it is equal, by the loss, or by the accuracy.

        Args:
            other: results on the same split.
            by: the figure.

        Returns:
            Whether these are strictly better.
        """
        return self._rank(by) > other._rank(by)

    def _rank(self, by: SelectBy) -> tuple[float, float]:
        if by == "loss":
            return -self.loss, self.accuracy
        return getattr(self, by), -self.loss


class BestWeights:
    """Keeps the weights of the epoch with the best results on the eval split.

    Args:
        weights: the model's variables.
        patience: number of epochs in a row without better results that end a training.
        by: the figure that decides which results are better.

    Attributes:
        values: the best weights, empty before the first epoch is measured.
        figures: the results of the best weights.
        waited: epochs since then.
        measured: epochs measured so far.
    """

    def __init__(
        self, weights: list[tf.Variable], patience: int, by: SelectBy = "accuracy"
    ) -> None:
        self._weights = weights
        self.by = by
        self.patience = patience
        self.values: list[np.ndarray] = []
        self.figures: Figures | None = None
        self.waited = 0
        self.measured = 0

    @property
    def weights(self) -> Sequence[tf.Variable]:
        """The model's variables, in the order of `values`."""
        return self._weights

    @property
    def epoch(self) -> int:
        """The number of the best epoch, counted from 1."""
        return self.measured - self.waited

    @property
    def worth_another_epoch(self) -> bool:
        """Whether fewer than `patience` epochs in a row brought nothing better."""
        return self.waited < self.patience

    def offer(self, figures: Figures) -> bool:
        """Keeps the current weights of the model if they are the best so far.

        Args:
            figures: the results of the current weights on the eval split.

        Returns:
            Whether they are.
        """
        self.measured += 1
        better = self.figures is None or figures.better_than(self.figures, self.by)
        if better:
            self.figures = figures
            self.values = [weight.numpy() for weight in self._weights]
            self.waited = 0
        else:
            self.waited += 1
        return better

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
