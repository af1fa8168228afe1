"""The classifier: padding, loss at the start, dropout."""

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest
import tensorflow as tf

from newsdesk.config.encoders import TransformerEncoder
from newsdesk.config.model import Model
from trainer.data.transformed import Rows
from trainer.encoders.dropout import drop, drop_tokens
from trainer.model import Classifier, loss, masked_max, masked_mean

MakeModel = Callable[..., Classifier]


@pytest.fixture
def texts() -> list[list[int]]:
    """64 texts of 1 to 24 tokens."""
    random = np.random.default_rng(0)
    return [random.integers(1, 30, 1 + row % 24).tolist() for row in range(64)]


def padded(texts: list[list[int]], length: int) -> tf.Tensor:
    return tf.ragged.constant(texts, tf.int32).to_tensor(shape=[None, length])


def test_a_batch_of_one_answers_like_a_batch_of_64(
    make_model: MakeModel, texts: list[list[int]]
) -> None:
    model = make_model()
    # Far from the start, where all answers are nearly alike.
    model.set_weights([weight * 3 for weight in model.get_weights()])
    together = model(padded(texts, 24))
    alone = tf.concat([model(tf.constant([text])) for text in texts], 0)

    assert np.ptp(together.numpy(), axis=0).max() > 0.1
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_padding_beyond_the_last_place_changes_nothing(
    make_model: MakeModel, texts: list[list[int]]
) -> None:
    model = make_model()

    np.testing.assert_allclose(
        model(padded(texts, 24)), model(padded(texts, 32)), atol=1e-5
    )


def test_the_order_of_words_counts(make_model: MakeModel) -> None:
    model = make_model()
    there, back = model(tf.constant([[2, 3, 4], [4, 3, 2]])).numpy()

    assert np.abs(there - back).max() > 1e-6


def test_the_loss_starts_at_ln_of_the_classes(
    make_model: MakeModel, separable_rows: Rows
) -> None:
    ids = padded([[int(token)] for token in range(2, 30)], 8)
    mean = tf.reduce_mean(loss(make_model()(ids), tf.range(28) % 4))

    assert float(mean) == pytest.approx(math.log(4), abs=0.02)


def test_attention_sums_to_one_and_leaves_padding_out(make_model: MakeModel) -> None:
    ids = tf.constant([[2, 3, 0, 0], [2, 3, 4, 5]])
    attention = make_model().encoder.attention(ids).numpy()

    assert attention.shape == (2, 2, 2, 4, 4)
    np.testing.assert_allclose(attention.sum(-1), 1, atol=1e-6)
    assert attention[0, :, :, :, 2:].max() == 0
    assert attention[1].min() > 0


def test_the_maximum_is_over_the_tokens_that_are_there() -> None:
    hidden = tf.constant([[[-2.0, 5.0], [-4.0, 1.0], [9.0, 9.0]]])
    mask = tf.constant([[True, True, False]])

    assert masked_max(hidden, mask).numpy().tolist() == [[-2.0, 5.0]]


def test_the_mean_is_over_the_tokens_that_are_there() -> None:
    hidden = tf.constant([[[2.0], [4.0], [100.0]]])
    mask = tf.constant([[True, True, False]])

    assert masked_mean(hidden, mask).numpy().tolist() == [[3.0]]


def test_dropout_depends_on_seed_and_draw_alone() -> None:
    ones, seed = tf.ones([1000]), tf.constant([1, 2])
    first = drop(ones, 0.25, seed, 0).numpy()

    assert set(first) == {np.float32(0), np.float32(1 / 0.75)}
    assert (first == 0).mean() == pytest.approx(0.25, abs=0.05)
    assert (first == drop(ones, 0.25, seed, 0).numpy()).all()
    assert (first != drop(ones, 0.25, seed, 1).numpy()).any()
    assert (first != drop(ones, 0.25, tf.constant([1, 3]), 0).numpy()).any()
    assert (drop(ones, 0.25, None, 0).numpy() == 1).all()


def test_dropped_tokens_become_padding_but_the_first_stays() -> None:
    ids = tf.ones([50, 20], tf.int32) * 7
    left = drop_tokens(ids, 0.6, tf.constant([1, 2]), 0).numpy()

    assert set(left.ravel()) == {0, 7}
    assert (left[:, 0] == 7).all()
    assert (left[:, 1:] == 0).mean() == pytest.approx(0.6, abs=0.05)
    assert (drop_tokens(ids, 0.6, None, 0).numpy() == 7).all()


def test_tokens_are_dropped_in_training_only() -> None:
    config = Model(
        encoder=TransformerEncoder(dropout=0.0), dropout=0.0, token_dropout=0.5
    )
    model = Classifier(config, 30, 24, 4)
    ids = tf.constant([[2, 3, 4, 5, 6, 7, 8, 9]])
    answers = {
        model(ids, seed=tf.constant([0, step])).numpy().tobytes() for step in range(8)
    }

    assert len(answers) > 1
    np.testing.assert_array_equal(model(ids), model(ids))


def test_dropout_is_in_every_part_of_the_model(make_model: MakeModel) -> None:
    model = make_model(dropout=0.5)
    ids = tf.constant([[2, 3, 4]])
    seeds = [tf.constant([0, step]) for step in range(8)]

    assert len({model(ids, seed=seed).numpy().tobytes() for seed in seeds}) > 1
    assert len({model.encoder(ids, seed=s).numpy().tobytes() for s in seeds}) == 8


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_logits_are_the_head_of_the_features(pooling: Literal["mean", "cls"]) -> None:
    model = Classifier(Model(pooling=pooling), 30, 24, 4, precision="bfloat16")
    ids, seed = tf.constant([[2, 3, 4], [5, 0, 0]]), tf.constant([1, 2])
    features = model.features(ids, seed)
    encoded = model.encoder(ids, seed=seed, first_only=pooling == "cls")
    hidden = tf.cast(encoded, tf.float32)
    means = [tf.reduce_mean(hidden[0], 0), hidden[1, 0]]

    expected = means if pooling == "mean" else hidden[:, 0]
    np.testing.assert_allclose(features, expected, rtol=1e-5)
    np.testing.assert_array_equal(model(ids, seed=seed), model.head(features, seed))
    assert features.dtype == tf.float32 and model(ids).dtype == tf.float32


def test_a_lower_precision_is_close(make_model: MakeModel) -> None:
    exact = make_model()
    rough = Classifier(
        Model(encoder=TransformerEncoder(width=8, feed_forward=16, blocks=2)),
        *(30, 24, 4),
        precision="bfloat16",
    )
    rough.set_weights(exact.get_weights())
    ids = tf.constant([[2, 3, 4], [5, 0, 0]])

    assert rough.encoder(ids).dtype == tf.bfloat16
    assert {weight.dtype for weight in rough.weights} == {tf.float32}
    np.testing.assert_allclose(exact.features(ids), rough.features(ids), atol=0.05)


def test_depths_go_from_the_embeddings_to_the_last_block(
    make_model: MakeModel,
) -> None:
    encoder = make_model().encoder

    assert [len(weights) for weights in encoder.depths] == [2, 12, 12]
    assert [weight.name for weight in encoder.depths[0]] == [
        "tokens/embeddings:0",
        "positions/embeddings:0",
    ]


def test_keras_saves_nothing_but_trainable_weights(make_model: MakeModel) -> None:
    model = make_model()

    assert len(model.weights) == len(model.trainable_weights) == 2 + 2 * 12 + 4
