"""Which classes the model confuses, with examples."""

import numpy as np

from newsdesk.evaluation.confusion import Array
from newsdesk.evaluation.tested import Tested
from newsdesk.report.content import ConfusedPair, Confusion

# More names do not fit beside a matrix.
MOST_CLASSES = 30
MOST_PAIRS = 20
EXAMPLES = 3


def confusion(rows: Tested) -> Confusion | None:
    """Counts how often each class is answered for each class.

    Args:
        rows: the tested rows.

    Returns:
        The matrix, in the order of the labels; of more than 30 classes, those with
        most errors, as class or as answer. None without rows.
    """
    if not len(rows.label):
        return None
    number = len(rows.labels)
    chosen = np.arange(number)
    if number > MOST_CLASSES:
        errors = np.bincount(rows.label[~rows.is_right], minlength=number)
        errors += np.bincount(rows.predicted[~rows.is_right], minlength=number)
        chosen = np.sort(np.argsort(-errors, kind="stable")[:MOST_CLASSES])
    return Confusion(
        labels=[rows.labels[each] for each in chosen],
        counts=_matrix(rows, chosen).tolist(),
        left_out=number - len(chosen),
    )


def pairs(rows: Tested) -> list[ConfusedPair]:
    """Finds the pairs of classes that are confused most.

    Args:
        rows: the tested rows.

    Returns:
        At most 20 pairs, that with most rows first, each with up to 3 different texts.
    """
    wrong = np.flatnonzero(~rows.is_right)
    codes = rows.label[wrong] * len(rows.labels) + rows.predicted[wrong]
    kinds, counts = np.unique(codes, return_counts=True)
    sizes = np.bincount(rows.label, minlength=len(rows.labels))
    found = []
    for each in np.argsort(-counts, kind="stable")[:MOST_PAIRS]:
        label, predicted = divmod(int(kinds[each]), len(rows.labels))
        found.append(
            ConfusedPair(
                label=rows.labels[label],
                predicted=rows.labels[predicted],
                rows=int(counts[each]),
                share=float(counts[each] / sizes[label]),
                examples=_examples(rows, wrong[codes == kinds[each]]),
            )
        )
    return found


def _matrix(rows: Tested, chosen: Array) -> Array:
    """Counts the rows whose class and answer are chosen, int64 [chosen, chosen]."""
    places = np.full(len(rows.labels), -1)
    places[chosen] = np.arange(len(chosen))
    label, predicted = places[rows.label], places[rows.predicted]
    inside = (label >= 0) & (predicted >= 0)
    codes = label[inside] * len(chosen) + predicted[inside]
    counts = np.bincount(codes, minlength=len(chosen) ** 2)
    return counts.reshape(len(chosen), len(chosen))


def _examples(rows: Tested, chosen: Array) -> list[str]:
    """The texts that the model is surest about, without repetitions."""
    order = chosen[np.argsort(-rows.confidence[chosen], kind="stable")]
    texts: dict[str, None] = {}
    for row in order:
        texts[rows.texts[row]] = None
        if len(texts) == EXAMPLES:
            break
    return list(texts)
