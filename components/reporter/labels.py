"""Checks the labels of all splits: those of the tested rows, and a sample of others."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from components.one_process import serialized_examples
from newsdesk import features
from newsdesk.report import label_check
from newsdesk.report.content import LabelCheck
from newsdesk.report.label_check import Checked

_FOLDER = "Split-"


def check(tested: Checked, labels: Sequence[str], examples: Path) -> LabelCheck:
    """Checks the labels of a run.

    Args:
        tested: the tested rows, all of one split, with the probabilities of the model.
        labels: the names of the classes, in the order of their numbers.
        examples: the folder of the Examples artifact. Of its other splits, at most
            `label_check.MOST_UNSEEN` rows are checked.

    Returns:
        The doubtful labels, the most doubtful first, without places.

    Raises:
        OSError: the examples cannot be read.
    """
    others = unseen(examples, set(tested.split), label_check.MOST_UNSEEN)
    return label_check.check([tested, others], labels)


def unseen(examples: Path, tested: set[str], most: int) -> Checked:
    """Reads a sample of the rows of all splits that are not tested.

    Args:
        examples: the folder of the Examples artifact.
        tested: the names of the tested splits.
        most: how many rows to return at most.

    Returns:
        All rows, or every n-th of them, where n is a power of two.
    """
    kept: list[tuple[str, bytes]] = []
    step = 1
    for number, record in enumerate(_records(examples, tested)):
        if number % step:
            continue
        kept.append(record)
        if len(kept) > most:
            kept, step = kept[::2], 2 * step
    return _checked(kept)


def _records(examples: Path, tested: set[str]) -> Iterator[tuple[str, bytes]]:
    """Reads the name of the split and the serialized tf.Example of every row."""
    for folder in sorted(examples.glob(f"{_FOLDER}*")):
        split = folder.name.removeprefix(_FOLDER)
        if split in tested:
            continue
        for batch in serialized_examples(str(folder)):
            for record in batch:
                yield split, record


def _checked(records: Sequence[tuple[str, bytes]]) -> Checked:
    from tensorflow.core.example.example_pb2 import Example

    texts, label = [], []
    for _, record in records:
        values = Example.FromString(record).features.feature
        texts.append(values[features.TEXT].bytes_list.value[0].decode())
        label.append(values[features.LABEL].int64_list.value[0])
    return Checked(texts, np.array(label, np.int64), [split for split, _ in records])
