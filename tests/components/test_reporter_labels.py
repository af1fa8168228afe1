"""The label check of a run: tested rows by the model, others by cross-validation."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from components.reporter import labels
from components.text_example_gen.batches import serialized
from newsdesk.report.label_check import Checked
from newsdesk.rows.labelling import Labelled

SPORTS = [f"the match number {row} ended with a goal" for row in range(30)]
BUSINESS = [f"the share number {row} fell after a profit" for row in range(30)]


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """Train and eval rows, of which `the match number 7` is labelled Business."""
    rows = [Labelled(text, int(" 7 " in text), {}) for text in SPORTS]
    rows += [Labelled(text, 1, {}) for text in BUSINESS]
    for split, part in (("train", rows[::2]), ("eval", rows[1::2]), ("test", rows)):
        folder = tmp_path / "examples" / f"Split-{split}"
        folder.mkdir(parents=True)
        with tf.io.TFRecordWriter(str(folder / "data.gz"), "GZIP") as writer:
            for row in part:
                writer.write(serialized(row))
    return tmp_path / "examples"


def tested() -> Checked:
    probabilities = np.array([[0.8, 0.2], [0.1, 0.9], [0.05, 0.95]])
    texts = ["a final", "a bond", "a merger"]
    return Checked(texts, np.array([0, 1, 0]), ["test"] * 3, probabilities)


def test_wrong_labels_of_all_splits_are_found(examples: Path) -> None:
    found = labels.check(tested(), ["Sports", "Business"], examples)

    assert (found.rows, found.doubted) == (63, 2)
    shown = {(one.split, one.text, one.suggested) for one in found.most_doubted}
    assert shown == {
        ("test", "a merger", "Business"),
        ("eval", SPORTS[7], "Sports"),
    }
    assert [one.place for one in found.most_doubted] == [None, None]


def test_many_rows_are_sampled_from_all_of_the_file(examples: Path) -> None:
    found = labels.unseen(examples, {"test"}, most=20)

    assert len(found.texts) == len(found.label) == len(found.split) == 15
    assert set(found.split) == {"train", "eval"}
    assert set(found.label) == {0, 1}
    assert found.probabilities is None
