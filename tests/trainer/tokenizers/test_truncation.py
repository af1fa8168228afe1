"""Long rows keep their first ids, or their first and last ones."""

import pytest
import tensorflow as tf

from newsdesk.config.text import Truncation
from newsdesk.inspection.allowed import OPERATIONS
from trainer.tokenizers.truncation import truncated


@pytest.mark.parametrize("how", ["head", "head_tail"])
@pytest.mark.parametrize("most", [1, 2, 4, 7])
def test_every_length_is_cut_as_documented(how: Truncation, most: int) -> None:
    rows = [list(range(length)) for length in range(10)]

    found = truncated(tf.ragged.constant(rows, dtype=tf.int64), most, how).to_list()

    for row, kept in zip(rows, found, strict=True):
        head = {"head": most, "head_tail": {1: 0, 2: 1, 4: 1, 7: 2}[most]}[how]
        long = len(row) > most
        assert kept == ([*row[:head], *row[len(row) - most + head :]] if long else row)


def test_the_paper_keeps_128_and_382_of_510() -> None:
    row = list(range(1000))
    found = truncated(tf.RaggedTensor.from_tensor([row]), 510, "head_tail").to_list()

    assert found == [[*row[:128], *row[-382:]]]


def test_nothing_is_kept_where_nothing_fits() -> None:
    found = truncated(tf.ragged.constant([[1, 2], []]), 0, "head_tail")

    assert found.to_list() == [[], []]


def test_a_server_may_run_the_operations() -> None:
    @tf.function
    def graph(flat: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        rows = tf.RaggedTensor.from_row_lengths(flat, lengths, validate=False)
        return truncated(rows, 4, "head_tail").to_tensor()

    one = tf.TensorSpec([None], tf.int64)
    found = graph.get_concrete_function(one, one).graph.get_operations()
    assert {operation.type for operation in found} <= OPERATIONS
