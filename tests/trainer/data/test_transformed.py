"""Rows in an order of their own, and batches that hold each of them once."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft

from newsdesk.errors import DataError
from trainer.data import transformed
from trainer.data.batches import batch_count, evaluation_batches, training_batches

MakeRows = Callable[..., transformed.Rows]


@pytest.fixture
def many_rows(make_rows: MakeRows) -> transformed.Rows:
    """1,000 different rows of 1 to 50 tokens."""
    random = np.random.default_rng(0)
    tokens = [[2 + row, *[1] * random.integers(0, 50)] for row in range(1000)]
    return make_rows(tokens, random.integers(0, 4, 1000))


def contents(batches: Any) -> list[tuple[int, ...]]:
    """Every row of the batches as its label and its tokens."""
    return [
        (int(label), *(int(token) for token in ids if token))
        for batch in batches
        for ids, label in zip(batch.inputs, batch.labels, strict=True)
    ]


def expected(rows: transformed.Rows) -> list[tuple[int, ...]]:
    return [
        (int(rows.labels[row]), *map(int, rows.ids[first:last]))
        for row, (first, last) in enumerate(
            zip(rows.starts[:-1], rows.starts[1:], strict=True)
        )
    ]


@pytest.mark.parametrize("batch_size", [1, 7, 1000, 5000])
def test_an_epoch_has_every_row_once(
    many_rows: transformed.Rows, batch_size: int
) -> None:
    batches = list(training_batches(many_rows, batch_size, seed=1, epoch=0))

    assert Counter(contents(batches)) == Counter(expected(many_rows))
    assert len(batches) == batch_count(1000, batch_size)


def test_a_resumed_epoch_has_only_the_untrained_rows(
    many_rows: transformed.Rows,
) -> None:
    whole = list(training_batches(many_rows, 10, seed=1, epoch=2))
    rest = list(training_batches(many_rows, 10, seed=1, epoch=2, skip=70))

    assert len(rest) == 30
    assert contents(rest) == contents(whole[70:])


def test_an_evaluation_has_every_row_once(many_rows: transformed.Rows) -> None:
    batches = list(evaluation_batches(many_rows, 7))

    assert Counter(contents(batches)) == Counter(expected(many_rows))


def test_rows_of_a_batch_are_of_similar_length(many_rows: transformed.Rows) -> None:
    batches = list(training_batches(many_rows, 10, seed=1, epoch=0))
    cells = sum(batch.inputs.size for batch in batches)

    assert all(
        batch.inputs.shape[1] % transformed.BUCKET_WIDTH == 0 for batch in batches
    )
    # Padded to the longest row, they would be 50 / 25.5 times their number.
    assert cells < 1.3 * len(many_rows.ids)


def test_seed_and_epoch_decide_the_order(many_rows: transformed.Rows) -> None:
    def order(seed: int, epoch: int) -> list[tuple[int, ...]]:
        return contents(training_batches(many_rows, 10, seed, epoch))

    assert order(1, 0) == order(1, 0)
    assert order(1, 0) != order(1, 1)
    assert order(1, 0) != order(2, 0)


def test_the_order_is_not_that_of_length(many_rows: transformed.Rows) -> None:
    widths = [batch.inputs.shape[1] for batch in training_batches(many_rows, 10, 1, 0)]

    assert widths != sorted(widths)


@pytest.mark.slow
def test_shards_and_their_order_do_not_matter(
    words_graph: tuple[Path, list[dict[str, Any]]], tmp_path: Path
) -> None:
    folder, _ = words_graph
    graph = tft.TFTransformOutput(str(folder))
    whole = transformed.read([str(folder / "rows.gz")], graph, "train")
    serials = list(tf.data.TFRecordDataset(str(folder / "rows.gz"), "GZIP"))
    for shard, part in enumerate((serials[3:], serials[1:3][::-1], serials[:1])):
        with tf.io.TFRecordWriter(str(tmp_path / f"shard-{shard}"), "GZIP") as writer:
            for serial in part:
                writer.write(serial.numpy())
    sharded = transformed.read([str(tmp_path / "shard-*")], graph, "train")

    assert len(whole) == 5
    assert expected(sharded) == expected(whole)
    assert sharded.fingerprint == whole.fingerprint


def test_the_fingerprint_sees_labels(make_rows: MakeRows) -> None:
    tokens = [[2], [3]]

    assert (
        make_rows(tokens, [0, 1]).fingerprint != make_rows(tokens, [1, 0]).fingerprint
    )


@pytest.mark.slow
def test_a_split_without_rows_is_named(
    words_graph: tuple[Path, list[dict[str, Any]]], tmp_path: Path
) -> None:
    graph = tft.TFTransformOutput(str(words_graph[0]))

    with pytest.raises(DataError, match="the eval split has no rows"):
        transformed.read([str(tmp_path / "*")], graph, "eval")
