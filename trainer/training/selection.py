"""Decides which figure chooses the best epoch if `train.select_by` is auto."""

import numpy as np

from newsdesk.config.train import SelectBy, Train

# Above it, a model that always predicts the largest class looks good by its accuracy.
_DOMINANT_SHARE = 0.8


def select_by(train: Train, labels: np.ndarray) -> SelectBy:
    """Names the figure that decides which epoch is best.

    Args:
        train: the train section.
        labels: int32 [rows] of the train split.

    Returns:
        `train.select_by`; auto means macro F1 if one class has over 80% of the rows,
        because a model that always predicts it has the best accuracy at first.
    """
    if train.select_by != "auto":
        return train.select_by
    return "macro_f1" if _largest_share(labels) > _DOMINANT_SHARE else "accuracy"


def sentence(train: Train, names: list[str], labels: np.ndarray) -> str:
    """Says that auto means macro F1, and why.

    Args:
        train: the train section.
        names: the classes in the order of their numbers.
        labels: int32 [rows] of the train split.

    Returns:
        A sentence; "" if the section names a figure, or no class dominates.
    """
    if train.select_by != "auto" or select_by(train, labels) != "macro_f1":
        return ""
    largest = names[int(np.argmax(np.bincount(labels)))]
    return (
        f"{_largest_share(labels):.1%} of the train rows are {largest!r}, so macro F1 "
        "chooses the best epoch (train.select_by)"
    )


def _largest_share(labels: np.ndarray) -> float:
    return float(np.bincount(labels).max() / len(labels))
