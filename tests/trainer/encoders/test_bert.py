"""The BERT of our own gives the numbers of tf-models' and of the original model."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from newsdesk.config.encoders import CheckpointEncoder
from newsdesk.config.model import Model
from trainer import encoders
from trainer.model import Classifier, loss

SEED = tf.constant([1, 2])


def build(folder: Path, precision: str = "float32") -> Any:
    config = CheckpointEncoder(kind="checkpoint", path=str(folder))
    size = json.loads((folder / "config.json").read_text())["vocab_size"]
    return encoders.build(config, size, 20, precision)


@pytest.fixture
def ids() -> tf.Tensor:
    """Four texts of 20, 12, 5 and 1 tokens."""
    random = np.random.default_rng(0)
    texts = [random.integers(1, 30, length).tolist() for length in (20, 12, 5, 1)]
    return tf.ragged.constant(texts, tf.int32).to_tensor()


def reference(tensors: dict[str, np.ndarray]) -> Any:
    """tf-models' BertEncoderV2 with the same weights."""
    import tf_keras
    from official.nlp.modeling.networks import BertEncoderV2

    encoder = BertEncoderV2(
        vocab_size=30,
        hidden_size=8,
        num_layers=2,
        num_attention_heads=2,
        max_sequence_length=20,
        type_vocab_size=2,
        inner_dim=12,
        inner_activation=lambda x: tf_keras.activations.gelu(x, approximate=False),
    )
    encoder(encoder.inputs)

    def norm(name: str) -> list[np.ndarray]:
        return [tensors[f"{name}.weight"], tensors[f"{name}.bias"]]

    def dense(name: str, *shape: int) -> list[np.ndarray]:
        kernel = tensors[f"{name}.weight"].T
        bias = tensors[f"{name}.bias"]
        if shape:
            kernel = kernel.reshape(shape)
            bias = bias.reshape(shape[1:]) if shape[0] == 8 else bias
        return [kernel, bias]

    values = [
        tensors[f"embeddings.{name}_embeddings.weight"]
        for name in ("word", "position", "token_type")
    ]
    values += norm("embeddings.LayerNorm")
    for place in range(2):
        block = f"encoder.layer.{place}"
        for part in ("query", "key", "value"):
            values += dense(f"{block}.attention.self.{part}", 8, 2, 4)
        values += dense(f"{block}.attention.output.dense", 2, 4, 8)
        values += norm(f"{block}.attention.output.LayerNorm")
        values += dense(f"{block}.intermediate.dense")
        values += dense(f"{block}.output.dense")
        values += norm(f"{block}.output.LayerNorm")
    values += dense("pooler.dense")
    encoder.set_weights(values)
    return encoder


@pytest.mark.slow
def test_hidden_states_are_those_of_tf_models(
    write_checkpoint: Any, random_tensors: Any, ids: tf.Tensor
) -> None:
    layer = build(write_checkpoint())
    mask = tf.cast(ids != 0, tf.int32)
    expected = reference(random_tensors)(
        {"input_word_ids": ids, "input_mask": mask, "input_type_ids": mask * 0}
    )
    hidden, there = layer(ids), mask.numpy().astype(bool)

    assert np.abs(hidden.numpy()[there]).max() > 1
    np.testing.assert_allclose(
        hidden.numpy()[there], expected["sequence_output"].numpy()[there], atol=1e-5
    )
    np.testing.assert_allclose(layer.cls(hidden), expected["pooled_output"], atol=1e-5)


@pytest.mark.slow
def test_answers_are_those_of_the_original_model(minilm: Path, shared: Path) -> None:
    texts = json.loads((shared / "reference" / "minilm.json").read_text())
    ids = tf.ragged.constant([text["input_ids"] for text in texts], tf.int32)
    layer = build(minilm)
    hidden = layer(ids.to_tensor())
    mean = tf.reduce_mean(tf.RaggedTensor.from_tensor(hidden, ids.row_lengths()), 1)

    assert len(texts) == 32
    for name, found in [
        ("cls", hidden[:, 0]),
        ("pooled", layer.cls(hidden)),
        ("mean", mean),
    ]:
        expected = [text[name] for text in texts]
        np.testing.assert_allclose(found[:, :8], expected, atol=2e-4, err_msg=name)


@pytest.mark.parametrize("length", [20, 24])
def test_padding_changes_nothing(
    write_checkpoint: Any, ids: tf.Tensor, length: int
) -> None:
    layer = build(write_checkpoint())
    together = layer(tf.pad(ids, [[0, 0], [0, length - 20]]))

    for row, text in enumerate(ids.numpy()):
        alone = layer(tf.constant([text[text > 0]]))
        np.testing.assert_allclose(
            together[row : row + 1, : alone.shape[1]], alone, atol=1e-5
        )


def test_without_a_pooler_the_first_vector_is_used(
    write_checkpoint: Any, random_tensors: Any, ids: tf.Tensor
) -> None:
    tensors = {k: v for k, v in random_tensors.items() if "pooler" not in k}
    layer = build(write_checkpoint(tensors))
    hidden = layer(ids)

    np.testing.assert_array_equal(layer.cls(hidden), hidden[:, 0])


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_a_lower_precision_is_close_and_keeps_float32_variables(
    write_checkpoint: Any, ids: tf.Tensor, precision: str
) -> None:
    folder = write_checkpoint()
    exact, layer = build(folder)(ids), build(folder, precision)
    hidden = layer(ids)

    assert hidden.dtype == layer.cls(hidden).dtype == precision
    assert {weight.dtype for weight in layer.weights} == {tf.float32}
    there = (ids != 0).numpy()
    error = np.abs(tf.cast(hidden, tf.float32).numpy() - exact.numpy())[there]
    assert 0 < error.mean() < 0.02


def test_attention_sums_to_one_and_leaves_padding_out(
    write_checkpoint: Any, ids: tf.Tensor
) -> None:
    layer = build(write_checkpoint(), "bfloat16")
    attention = layer.attention(ids).numpy()

    assert layer.shows_attention
    assert attention.dtype == np.float32
    assert attention.shape == (4, 2, 2, 20, 20)
    np.testing.assert_allclose(attention.sum(-1), 1, atol=1e-5)
    assert attention[1, ..., 12:].max() == 0


def test_depths_hold_every_weight_once_from_bottom_to_top(
    write_checkpoint: Any, ids: tf.Tensor
) -> None:
    layer = build(write_checkpoint())
    layer.cls(layer(ids))
    depths = layer.depths

    assert [len(weights) for weights in depths] == [5, 12, 14]
    assert "words" in depths[0][0].name and "block_1" in depths[2][0].name
    held = [weight.name for weights in depths for weight in weights]
    assert sorted(held) == sorted(weight.name for weight in layer.weights)
    layer.trainable = False
    assert layer.depths == [[], [], []]


def test_a_pooler_that_is_not_used_is_not_trained(
    write_checkpoint: Any, ids: tf.Tensor
) -> None:
    layer = build(write_checkpoint())
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(layer(ids, seed=SEED) ** 2)
    gradients = tape.gradient(total, layer.trainable_weights)

    assert not any("pooler" in weight.name for weight in layer.trainable_weights)
    assert all(gradient is not None for gradient in gradients)


def test_the_gradient_of_the_word_embedding_is_sparse(
    write_checkpoint: Any, ids: tf.Tensor
) -> None:
    layer = build(write_checkpoint())
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(layer(ids) ** 2)

    assert isinstance(tape.gradient(total, layer.depths[0][0]), tf.IndexedSlices)


def test_dropout_depends_on_the_seed_alone(
    write_checkpoint: Any, ids: tf.Tensor
) -> None:
    layer = build(write_checkpoint())
    first = layer(ids, seed=SEED).numpy()

    assert (first == layer(ids, seed=SEED).numpy()).all()
    assert (first != layer(ids, seed=SEED + 1).numpy()).any()
    assert (layer(ids).numpy() == layer(ids).numpy()).all()


@pytest.mark.parametrize("trainable", [True, False])
def test_a_frozen_encoder_neither_learns_nor_drops_out(
    write_checkpoint: Any, ids: tf.Tensor, trainable: bool
) -> None:
    encoder = CheckpointEncoder(
        kind="checkpoint", path=str(write_checkpoint()), trainable=trainable
    )
    model = Classifier(Model(encoder=encoder, token_dropout=0.3), 30, 20, 4)
    first, second = model.features(ids, SEED), model.features(ids, SEED + 1)

    assert np.array_equal(first, second) != trainable
    assert len(model.trainable_weights) == 4 + (5 + 24) * trainable
    assert len(model.weights) == 4 + 5 + 24


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_the_loss_starts_at_ln_of_the_classes(
    write_checkpoint: Any, ids: tf.Tensor, pooling: Any
) -> None:
    encoder = CheckpointEncoder(kind="checkpoint", path=str(write_checkpoint()))
    model = Classifier(Model(encoder=encoder, pooling=pooling), 30, 20, 4)

    mean = tf.reduce_mean(loss(model(ids), tf.range(4)))
    assert float(mean) == pytest.approx(math.log(4), abs=0.05)


def test_training_and_inference_compute_the_same(
    write_checkpoint: Any, ids: tf.Tensor
) -> None:
    rates = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    layer = build(write_checkpoint(**rates))

    np.testing.assert_allclose(layer(ids, seed=SEED), layer(ids), atol=1e-5)


def test_only_training_needs_xla(write_checkpoint: Any) -> None:
    layer = build(write_checkpoint())

    def graph(seed: tf.Tensor | None) -> str:
        function = tf.function(lambda ids: layer(ids, seed=seed), autograph=False)
        spec = tf.TensorSpec([None, None], tf.int32)
        return str(function.get_concrete_function(spec).graph.as_graph_def())

    assert "_XlaMustCompile" in graph(SEED)
    assert "_XlaMustCompile" not in graph(None)
