"""The layer around a SavedModel: padding, pooling, dropout, refusals."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from newsdesk.config.encoders import HubEncoder
from newsdesk.errors import ConfigError
from trainer.encoders.hub import HubBert

WORDS = {
    name: tf.TensorSpec([None, None], tf.int32, name)
    for name in ("input_word_ids", "input_mask", "input_type_ids")
}
SEED = tf.constant([1, 2])
ids = tf.constant


def layer(
    path: Path,
    id_count: int = 30,
    max_length: int = 18,
    precision: str = "float32",
    trainable: bool = True,
) -> HubBert:
    config = HubEncoder(
        kind="hub", path=str(path), preprocess="unread", trainable=trainable
    )
    return HubBert(config, id_count, max_length, precision)


@pytest.fixture(scope="module")
def bert(imported: Any) -> HubBert:
    """The imported encoder, to be fine-tuned."""
    return layer(imported.encoder)


@pytest.mark.slow
def test_padding_changes_nothing(bert: HubBert) -> None:
    alone = bert(ids([[2, 9, 3]]))
    # Beyond the 20 positions that the model has.
    padded = bert(ids([[2, 9, 3] + [0] * 21, [7] * 18 + [0] * 6]))

    assert padded.shape == (2, 24, 8)
    np.testing.assert_allclose(alone[0], padded[0, :3], atol=1e-5)
    np.testing.assert_allclose(bert.cls(alone)[0], bert.cls(padded)[0], atol=1e-5)


@pytest.mark.slow
def test_pooling_does_not_run_the_model_again(bert: HubBert) -> None:
    @tf.function(autograph=False)
    def pooled(input_ids: tf.Tensor) -> tf.Tensor:
        return bert.cls(bert(input_ids))

    graph = pooled.get_concrete_function(tf.TensorSpec([None, None], tf.int32)).graph
    calls = [op for op in graph.get_operations() if "PartitionedCall" in op.type]

    assert len(calls) == 1
    assert pooled(ids([[2, 9, 3]])).shape == (1, 8)


@pytest.mark.slow
def test_dropout_is_for_training_only(bert: HubBert, imported: Any) -> None:
    frozen = layer(imported.encoder, trainable=False)
    text = ids([[2, 9, 3]])

    np.testing.assert_array_equal(bert(text), bert(text))
    np.testing.assert_array_equal(frozen(text, seed=SEED), frozen(text))
    assert np.abs(bert(text, seed=SEED) - bert(text)).max() > 0.01


@pytest.mark.slow
def test_trainable_variables_are_known(bert: HubBert, imported: Any) -> None:
    frozen = layer(imported.encoder, trainable=False)

    assert {weight.dtype for weight in bert.trainable_weights} == {tf.float32}
    assert [len(group) for group in bert.depths] == [len(bert.trainable_weights)]
    assert len(bert.trainable_weights) == 5 + 2 * 16 + 2
    assert frozen.trainable_weights == []
    assert not bert.shows_attention


@pytest.mark.slow
def test_texts_that_the_model_cannot_read_are_refused(imported: Any) -> None:
    pieces = len((imported.encoder / "assets" / "vocab.txt").read_text().splitlines())
    layer(imported.encoder, pieces, 20)

    with pytest.raises(ConfigError, match=f"fewer than the {pieces + 1} word pieces"):
        layer(imported.encoder, pieces + 1, 20)
    with pytest.raises(ConfigError, match=r"^text.max_length is 21, but .*lower text"):
        layer(imported.encoder, pieces, 21)


def test_another_precision_is_refused() -> None:
    with pytest.raises(ConfigError, match="train.precision is 'bfloat16', but a Saved"):
        layer(Path("unread"), precision="bfloat16")


@pytest.mark.parametrize("name", ["call", "__call__"])
def test_a_model_of_other_inputs_is_refused(save_module: Any, name: str) -> None:
    folder = save_module(name, tf.strings.length, tf.TensorSpec([None], tf.string))
    with pytest.raises(ConfigError, match="is not a BERT encoder: it cannot be called"):
        layer(folder)


def test_a_model_of_other_outputs_is_refused(save_module: Any) -> None:
    folder = save_module(
        "__call__", lambda x: {"pooled_output": x["input_mask"]}, WORDS
    )
    with pytest.raises(ConfigError, match="BERT encoder: it has no output sequence_o"):
        layer(folder)


def test_a_model_that_cannot_be_trained_is_refused(save_module: Any) -> None:
    def encode(inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        hidden = tf.cast(inputs["input_word_ids"], tf.float32)[:, :, None]
        return {"sequence_output": hidden, "pooled_output": hidden[:, 0]}

    folder = save_module("__call__", encode, WORDS)
    with pytest.raises(ConfigError, match="has no trainable variables; set model"):
        layer(folder)
    assert layer(folder, trainable=False)(ids([[5, 0]])).numpy().tolist() == [
        [[5], [0]]
    ]
