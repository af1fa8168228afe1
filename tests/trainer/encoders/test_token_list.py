"""Served models compute lists of tokens, with the answers of padded batches."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from tests.trainer.encoders.test_lora import classifier
from trainer.encoders import parts
from trainer.encoders.token_list import token_list
from trainer.model import Classifier


def batch(rows: int, longest: int = 20) -> tf.Tensor:
    """Texts of 1 to `longest` tokens, the lengths in no order."""
    random = np.random.default_rng(rows)
    lengths = random.integers(1, longest + 1, rows)
    texts = [random.integers(1, 30, length).tolist() for length in lengths]
    return tf.ragged.constant(texts, tf.int32).to_tensor(shape=[None, longest])


@pytest.mark.parametrize("pooling", ["mean", "max", "cls"])
def test_a_list_has_the_logits_of_a_padded_batch(
    pooling: str, write_checkpoint: Any
) -> None:
    model = classifier(write_checkpoint())
    model._pooling = pooling

    for rows in (1, 3, 40):
        expected = model(batch(rows))
        assert np.ptp(expected.numpy()) > 1e-3
        np.testing.assert_allclose(model.serve(batch(rows)), expected, atol=2e-5)


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_parts_of_blocks_have_the_logits_of_whole_ones(
    pooling: str, write_checkpoint: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = classifier(write_checkpoint())
    model._pooling = pooling
    whole = model.encoder.heads_of_list

    monkeypatch.setattr(parts, "_FEWEST", 1)

    assert model.encoder.heads_of_list == whole / 2
    for rows in (1, 3, 40):
        np.testing.assert_allclose(
            model.serve(batch(rows)), model(batch(rows)), atol=2e-5
        )


def test_only_small_products_are_divided() -> None:
    assert parts.numbers(width=384, heads=12, feed_forward=1536) == [0, 1]
    assert parts.numbers(width=384, heads=3, feed_forward=1536) == [None]
    # Waiting takes longer than these; oneDNN divides those itself.
    assert parts.numbers(width=64, heads=4, feed_forward=256) == [None]
    assert parts.numbers(width=768, heads=12, feed_forward=3072) == [None]


def test_fused_operations_have_the_same_logits(write_checkpoint: Any) -> None:
    model = classifier(write_checkpoint())
    # As a signature calls it.
    served = tf.function(
        model.serve, [tf.TensorSpec([None, None], tf.int32)], autograph=False
    )

    for rows in (1, 3, 8, 40):
        np.testing.assert_allclose(served(batch(rows)), model(batch(rows)), atol=2e-5)
    assert len(served(tf.zeros([0, 1], tf.int32))) == 0


def test_an_encoder_from_scratch_also_computes_lists(
    make_model: Callable[..., Classifier],
) -> None:
    model = make_model()
    model.set_weights([weight * 3 for weight in model.get_weights()])
    ids = batch(40)

    np.testing.assert_allclose(model.serve(ids), model(ids), atol=2e-5)


def test_no_text_has_no_logits(make_model: Callable[..., Classifier]) -> None:
    assert make_model().serve(tf.zeros([0, 1], tf.int32)).shape == (0, 4)


def test_a_token_that_is_padding_is_left_out(
    make_model: Callable[..., Classifier],
) -> None:
    model = make_model()
    ids = tf.constant([[3, 0, 4, 5], [6, 7, 0, 0]])

    np.testing.assert_allclose(model.serve(ids), model(ids), atol=2e-5)


def test_short_texts_do_not_pay_for_long_ones() -> None:
    lengths = [100] + [10] * 63
    ids = tf.ragged.constant([[1] * length for length in lengths]).to_tensor()

    tokens = token_list(ids, 2)

    assert [group.parts.shape[-1] for group in tokens.groups] == [16, 16, 112]
    assert tokens.ids.shape[0] - sum(lengths) < 64
    assert [len(group.parts[0]) for group in tokens.groups] == [32, 24, 8]


def test_one_text_has_no_operations_that_wait_for_threads(
    make_model: Callable[..., Classifier],
) -> None:
    spec = tf.TensorSpec([None, None], tf.int32)
    served = tf.function(make_model().serve, [spec], autograph=False)
    graph = served.get_concrete_function().graph
    library = {one.signature.name: one for one in graph.as_graph_def().library.function}
    branches = [
        library[node.attr["then_branch"].func.name]
        for node in graph.as_graph_def().node
        if node.op in ("If", "StatelessIf")
    ]

    found = {node.op for branch in branches for node in branch.node_def}

    assert {"Exp", "Rsqrt"} <= found
    assert not {"Softmax", "FusedBatchNormV3", "Transpose"} & found
