"""Reads the rows of the splits that the model was trained and selected on."""

from pathlib import Path

import numpy as np

from newsdesk import features
from newsdesk.evaluation.confusion import Array

_FOLDER = "Split-"
_BATCH = 1024


def read(examples: Path, tested: str, most: int) -> tuple[list[str], Array, list[str]]:
    """Reads raw rows of all splits but the tested one.

    Args:
        examples: the folder of the raw examples.
        tested: the name of the tested split, which is left out.
        most: the most rows to read, divided by the sizes of the splits' files.

    Returns:
        The texts, the numbers of the labels as int64 [rows], and the name of the split
        of each row.
    """
    folders = {
        folder.name.removeprefix(_FOLDER): sorted(map(str, folder.iterdir()))
        for folder in sorted(examples.glob(f"{_FOLDER}*"))
    }
    folders.pop(tested, None)
    bytes_of = {
        name: sum(Path(file).stat().st_size for file in files)
        for name, files in folders.items()
    }
    texts: list[str] = []
    labels: list[int] = []
    splits: list[str] = []
    for name, files in folders.items():
        share = most * bytes_of[name] // max(1, sum(bytes_of.values()))
        found, numbers = _rows(files, share)
        texts += found
        labels += numbers
        splits += [name] * len(found)
    return texts, np.array(labels, np.int64), splits


def _rows(files: list[str], most: int) -> tuple[list[str], list[int]]:
    import tensorflow as tf

    spec = {
        features.TEXT: tf.io.FixedLenFeature([], tf.string),
        features.LABEL: tf.io.FixedLenFeature([], tf.int64),
    }
    texts: list[str] = []
    labels: list[int] = []
    records = tf.data.TFRecordDataset(files, "GZIP").take(most).batch(_BATCH)
    for batch in records:
        rows = tf.io.parse_example(batch, spec)
        texts += [
            text.decode("utf-8", "replace") for text in rows[features.TEXT].numpy()
        ]
        labels += rows[features.LABEL].numpy().tolist()
    return texts, labels
