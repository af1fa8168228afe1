"""Decides whether rare classes need a larger weight."""

from dataclasses import dataclass

import numpy as np

# Above it, a model that always predicts the largest class looks good by its accuracy.
_DOMINANT_SHARE = 0.8


@dataclass(frozen=True)
class Largest:
    """The class with the most rows, and its share of all rows."""

    label: str
    share: float

    @property
    def is_dominant(self) -> bool:
        """Whether the class has so many rows that training may ignore the others."""
        return self.share > _DOMINANT_SHARE

    @property
    def sentence(self) -> str:
        """The weights that `train.class_weights = "auto"` gives, and why."""
        if not self.is_dominant:
            return f"class weights: none, because {self._has} (over 80% dominate)"
        return (
            f"class weights: balanced, because {self._has}; train.class_weights = "
            "'none' switches them off"
        )

    @property
    def _has(self) -> str:
        return f"{self.label!r} has {self.share:.1%} of the train rows"


def largest(names: list[str], labels: np.ndarray) -> Largest:
    """Finds the class with the most rows.

    Args:
        names: the classes in the order of their numbers.
        labels: int32 [rows] of the train split.

    Returns:
        The class.
    """
    counts = np.bincount(labels, minlength=len(names))
    return Largest(names[int(np.argmax(counts))], counts.max() / len(labels))


def balanced(counts: np.ndarray) -> np.ndarray:
    """Computes weights with which every class that has rows counts alike.

    Args:
        counts: int [classes], the rows of each class.

    Returns:
        float32 [classes], rows / (classes with rows * rows of the class), so that the
        mean over the rows is 1; 1 for a class without rows.
    """
    found = counts > 0
    weights = np.ones(len(counts))
    weights[found] = counts.sum() / (found.sum() * counts[found])
    return weights.astype(np.float32)
