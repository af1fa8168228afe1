"""Finds the rows whose label is probably wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from newsdesk.evaluation.confusion import Array
from newsdesk.report import confident_learning, unseen_labels
from newsdesk.report.content import DoubtfulLabel, LabelCheck

# What a person may read in an afternoon, and what keeps a report small.
MOST_SHOWN = 1_000
# Of all shown texts together; a single text can have 16 million.
MOST_CHARACTERS = 4_000_000
# Rows without an answer of the model that are checked; they take about 3 seconds.
MOST_UNSEEN = 20_000


@dataclass(frozen=True)
class Checked:
    """Rows to check.

    Attributes:
        texts: of the rows.
        label: int64 [rows], the number of the label.
        split: the name of the split of each row.
        probabilities: float [rows, classes], of a model that was not trained on these
            rows; None if there are none, then a quick classifier is cross-validated.
    """

    texts: Sequence[str]
    label: Array
    split: Sequence[str]
    probabilities: Array | None = None


def check(groups: Iterable[Checked], labels: Sequence[str]) -> LabelCheck:
    """Finds the rows whose label is probably wrong.

    Args:
        groups: the rows; those of a group must have probabilities of the same model,
            because confident learning compares each probability with the others.
        labels: the names of the classes, in the order of their numbers.

    Returns:
        The rows with the most doubtful label of all groups first, without places; at
        most MOST_SHOWN rows, and fewer if their texts are very long.
    """
    rows, found = 0, []
    for group in groups:
        rows += len(group.label)
        found += _doubted(group, labels)
    # The text decides between equal doubts, so that the order of the rows does not.
    found.sort(key=lambda one: (-one.doubt, one.text, one.label))
    sizes = np.cumsum([len(one.text) for one in found[:MOST_SHOWN]])
    shown = found[: np.count_nonzero(sizes <= MOST_CHARACTERS)]
    return LabelCheck(rows=rows, doubted=len(found), most_doubted=shown)


def _doubted(group: Checked, labels: Sequence[str]) -> list[DoubtfulLabel]:
    if not len(group.label):
        return []
    probabilities = group.probabilities
    if probabilities is None:
        probabilities = unseen_labels.probabilities(
            group.texts, group.label, len(labels)
        )
    suggested = confident_learning.suggested(probabilities, group.label)
    return [
        DoubtfulLabel(
            split=group.split[row],
            text=group.texts[row],
            label=labels[group.label[row]],
            suggested=labels[suggested[row]],
            doubt=1 - float(probabilities[row, group.label[row]]),
        )
        for row in np.flatnonzero(suggested >= 0)
    ]
