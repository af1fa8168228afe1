"""Accuracy, macro F1 and loss over all rows, beside the model in service."""

import numpy as np

from newsdesk.evaluation.confusion import Array, Counts
from newsdesk.evaluation.paired import accuracy_drop
from newsdesk.evaluation.resampling import resampled
from newsdesk.evaluation.tested import Tested
from newsdesk.evaluation.tested_rows import Predicted
from newsdesk.report.content import Interval, Overall
from newsdesk.report.measures.intervals import (
    interval,
    mean_interval,
    share_interval,
    two_sided,
)


def overall(rows: Tested) -> list[Overall]:
    """Measures the figures over all rows.

    Args:
        rows: the tested rows.

    Returns:
        Accuracy, macro F1 and loss, in this order; [] without rows.
    """
    if not len(rows.label):
        return []
    answers = [rows.predicted]
    if rows.baseline:
        answers.append(rows.baseline.classes)
    accuracies, f1s = _drawn(rows, answers)
    return [
        _accuracy(rows, answers, accuracies),
        _macro_f1(rows, answers, f1s),
        _loss(rows.loss, rows.baseline),
    ]


def _drawn(rows: Tested, answers: list[Array]) -> tuple[Array, Array]:
    """Accuracy and macro F1 of every resample, [models, resamples] each."""
    accuracies, f1s = [], []
    for models in resampled(rows.label, answers, len(rows.labels)):
        accuracies.append([each.hits.sum(-1) / len(rows.label) for each in models])
        f1s.append([each.macro_f1 for each in models])
    return np.concatenate(accuracies, 1), np.concatenate(f1s, 1)


def _accuracy(rows: Tested, answers: list[Array], drawn: Array) -> Overall:
    right = [rows.label == answer for answer in answers]
    found = [
        share_interval(float(each.mean()), draws, len(each))
        for each, draws in zip(right, drawn, strict=True)
    ]
    if len(found) == 1:
        return Overall(name="accuracy", candidate=found[0])
    # McNemar's test is exact or symmetric, so twice its smaller side has both sides.
    sides = accuracy_drop(right[1], right[0]), accuracy_drop(right[0], right[1])
    return Overall(
        name="accuracy",
        candidate=found[0],
        baseline=found[1],
        change=_change(found, drawn),
        p_value=min(1.0, 2 * min(side.p_value for side in sides)),
    )


def _macro_f1(rows: Tested, answers: list[Array], drawn: Array) -> Overall:
    found = [
        interval(_f1_of(rows, answer), draws, 0.0, 1.0)
        for answer, draws in zip(answers, drawn, strict=True)
    ]
    if len(found) == 1:
        return Overall(name="macro F1", candidate=found[0])
    change = _change(found, drawn)
    error = float((drawn[0] - drawn[1]).std())
    differing = int((answers[0] != answers[1]).sum())
    return Overall(
        name="macro F1",
        candidate=found[0],
        baseline=found[1],
        change=change,
        p_value=two_sided(change.value, error, differing),
    )


def _f1_of(rows: Tested, answer: Array) -> float:
    return float(Counts.of(rows.label, answer, len(rows.labels)).macro_f1)


def _change(found: list[Interval], drawn: Array) -> Interval:
    return interval(found[0].value - found[1].value, drawn[0] - drawn[1], -1.0, 1.0)


def _loss(loss: Array, baseline: Predicted | None) -> Overall:
    candidate = mean_interval(loss, low=0.0)
    if baseline is None:
        return Overall(name="loss", candidate=candidate)
    changes = loss - baseline.losses
    change = mean_interval(changes)
    error = float(changes.std()) / len(changes) ** 0.5
    differing = int((changes != 0).sum())
    return Overall(
        name="loss",
        candidate=candidate,
        baseline=mean_interval(baseline.losses, low=0.0),
        change=change,
        p_value=two_sided(change.value, error, differing),
    )
