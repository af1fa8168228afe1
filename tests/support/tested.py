"""Tested rows with known figures."""

from collections.abc import Mapping, Sequence

import numpy as np

from newsdesk.evaluation.confusion import Array
from newsdesk.evaluation.tested import Tested
from newsdesk.evaluation.tested_rows import Predicted, losses


def make_rows(
    label: Sequence[int] | Array,
    probabilities: Sequence[Sequence[float]] | Array,
    baseline: Sequence[int] | Array | None = None,
    slices: Mapping[str, Sequence[str | None]] | None = None,
    labels: Sequence[str] = (),
) -> Tested:
    """Makes rows whose texts are `row 0`, `row 1` and so on.

    The model in service is as sure of its answers as the candidate.
    """
    found = np.array(probabilities, np.float32)
    numbers = np.array(label, np.int64)
    before = None
    if baseline is not None:
        answers = np.array(baseline, np.int64)
        before = Predicted(answers, np.where(answers == numbers, 0.1, 2.5))
    return Tested(
        labels=list(labels) or [f"class {each}" for each in range(found.shape[1])],
        label=numbers,
        predicted=found.argmax(1),
        loss=losses(found, numbers),
        probabilities=found,
        texts=[f"row {each}" for each in range(len(label))],
        baseline=before,
        slices={
            name: np.array(values, object) for name, values in (slices or {}).items()
        },
    )


def answers(predicted: Sequence[int] | Array, classes: int) -> Array:
    """Makes the probabilities of a model that is 90% sure of each answer."""
    found = np.full((len(predicted), classes), 0.1 / (classes - 1), np.float32)
    found[np.arange(len(predicted)), np.array(predicted, np.int64)] = 0.9
    return found
