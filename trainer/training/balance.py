"""Decides what `auto` means where one class has nearly all rows."""

import numpy as np

from newsdesk.config.train import SelectBy, Train

# Above it, a model that always predicts the largest class looks good by its accuracy.
_DOMINANT_SHARE = 0.8


def is_dominated(labels: np.ndarray) -> bool:
    """Decides whether one class has so many rows that a model may ignore the others.

    Args:
        labels: int32 [rows] of the train split.

    Returns:
        Whether it has over 80% of the rows.
    """
    return bool(np.bincount(labels).max() > _DOMINANT_SHARE * len(labels))


def select_by(train: Train, labels: np.ndarray) -> SelectBy:
    """Names the figure that decides which epoch is best.

    Args:
        train: the train section.
        labels: int32 [rows] of the train split.

    Returns:
        `train.select_by`; auto means macro F1 if one class dominates, because a model
        that always predicts it has the best accuracy at first.
    """
    if train.select_by != "auto":
        return train.select_by
    return "macro_f1" if is_dominated(labels) else "accuracy"


def sentence(train: Train, names: list[str], labels: np.ndarray) -> str:
    """Says what the keys that are auto mean for these rows, and why.

    Args:
        train: the train section.
        names: the classes in the order of their numbers.
        labels: int32 [rows] of the train split.

    Returns:
        A sentence; "" if none of the keys is auto, or no class dominates.
    """
    if not is_dominated(labels):
        return ""
    chosen = []
    if train.class_weights == "auto":
        chosen.append("train.class_weights is 'balanced'")
    if train.select_by == "auto":
        chosen.append("train.select_by is 'macro_f1'")
    if not chosen:
        return ""
    counts = np.bincount(labels)
    share = counts.max() / len(labels)
    largest = names[int(np.argmax(counts))]
    return f"{share:.1%} of the train rows are {largest!r}: {' and '.join(chosen)}"


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
