"""Checkpoints that can be read, and the error messages for others."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from newsdesk.config.encoders import CheckpointEncoder
from newsdesk.errors import ConfigError, DataError
from trainer import encoders

IDS = tf.constant([[2, 3, 4, 5]])
WORDS = "embeddings.word_embeddings.weight"
Tensors = dict[str, np.ndarray]


def build(folder: Path, id_count: int = 30, max_length: int = 20) -> Any:
    config = CheckpointEncoder(kind="checkpoint", path=str(folder))
    return encoders.build(config, id_count, max_length)


def as_published_once(tensors: Tensors) -> Tensors:
    """With a prefix, the names that layer norms once had, and pretraining's heads."""
    renamed = {
        "bert."
        + name.replace("LayerNorm.weight", "LayerNorm.gamma").replace(
            "LayerNorm.bias", "LayerNorm.beta"
        ): values
        for name, values in tensors.items()
    }
    return renamed | {
        "cls.predictions.bias": np.zeros(30, "f4"),
        "cls.seq_relationship.weight": np.zeros((2, 8), "f4"),
        "bert.embeddings.position_ids": np.arange(20)[None],
    }


def test_older_names_and_heads_of_pretraining_are_understood(
    write_checkpoint: Any, random_tensors: Tensors, tmp_path: Path
) -> None:
    new = build(write_checkpoint())(IDS)
    (tmp_path / "checkpoint").rename(tmp_path / "new")
    old = build(write_checkpoint(as_published_once(random_tensors)))(IDS)

    np.testing.assert_array_equal(new, old)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_weights_are_read(
    write_checkpoint: Any, random_tensors: Tensors, dtype: str
) -> None:
    numpy_dtype = tf.as_dtype(dtype).as_numpy_dtype
    halves = {name: value.astype(numpy_dtype) for name, value in random_tensors.items()}
    layer = build(write_checkpoint(halves))
    layer(IDS)
    expected = halves[WORDS].astype("f4")

    np.testing.assert_array_equal(layer.depths[0][0], expected)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"model_type": "gpt2"}, "config.json: model_type is 'gpt2', which is not bu"),
        ({"model_type": "t5"}, r"'t5', .* \(built in: bert, camembert, distilbert, e"),
        (
            {"model_type": "deberta-v2"},
            "model_type is 'deberta-v2', which is not",
        ),
        ({"model_type": ["bert"]}, r"model_type is \['bert'\], which is not built in"),
        ({"model_type": None}, "config.json: model_type is missing"),
        ({"hidden_act": "gelu_new"}, "hidden_act is 'gelu_new'"),
        ({"position_embedding_type": "relative_key"}, "position_embedding_type is"),
        ({"is_decoder": True}, "is_decoder is True"),
        ({"pad_token_id": 30}, "pad_token_id is 30, and must be below vocab_size 30"),
        ({"hidden_size": "8"}, "hidden_size is '8'"),
        ({"num_hidden_layers": 0}, "num_hidden_layers is 0"),
        ({"num_attention_heads": 3}, "num_attention_heads must divide hidden_size"),
        ({"vocab_size": 29}, "the vocabulary has 30 tokens, but vocab_size is 29"),
        ({"vocab_size": 31}, r"word_embeddings.* has the shape \[30, 8\].*\[31, 8\]"),
        ({"num_hidden_layers": 3}, r"lacks encoder\.layer\.2.* and 13 more"),
        ({"num_hidden_layers": 1}, r"has the unexpected tensors encoder\.layer\.1"),
        ({"intermediate_size": 16}, r"has the shape \[12, 8\], .*\[16, 8\]"),
        ({"type_vocab_size": 1}, r"token_type_embeddings.*\[2, 8\].*\[1, 8\]"),
    ],
)
def test_a_configuration_that_does_not_fit_is_refused(
    write_checkpoint: Any, config: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        build(write_checkpoint(**config))


def test_texts_longer_than_the_positions_are_refused(write_checkpoint: Any) -> None:
    message = r"text\.max_length is 21, .*_embeddings is 20 .* text\.max_length to 20"

    with pytest.raises(ConfigError, match=message):
        build(write_checkpoint(), max_length=21)


def missing(tensors: Tensors) -> None:
    del tensors["encoder.layer.1.output.dense.bias"]


def spare(tensors: Tensors) -> None:
    tensors["adapter.weight"] = np.zeros(3, "f4")


def misshapen(tensors: Tensors) -> None:
    tensors["encoder.layer.0.intermediate.dense.weight"] = np.zeros((8, 12), "f4")


def whole_numbers(tensors: Tensors) -> None:
    tensors[WORDS] = tensors[WORDS].astype("i4")


def twice(tensors: Tensors) -> None:
    tensors[f"bert.{WORDS}"] = tensors[WORDS]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (missing, r"lacks encoder\.layer\.1\.output\.dense\.bias; use"),
        (spare, r"has the unexpected tensors adapter\.weight; use"),
        (misshapen, r"intermediate\.dense\.weight has the shape \[8, 12\]"),
        (whole_numbers, rf"{WORDS} has the dtype I32; only F32, F16, BF16 can be read"),
        (twice, "two names of one tensor; remove one of them"),
    ],
)
def test_tensors_that_do_not_fit_are_refused(
    write_checkpoint: Any,
    random_tensors: Tensors,
    change: Callable[[Tensors], None],
    message: str,
) -> None:
    tensors = dict(random_tensors)
    change(tensors)

    with pytest.raises(DataError, match=message):
        build(write_checkpoint(tensors))


def truncate(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def empty(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"")


def only_pickle(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def no_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def not_json(folder: Path) -> None:
    (folder / "config.json").write_text("{'model_type': 'bert'}")


def a_list(folder: Path) -> None:
    (folder / "config.json").write_text("[]")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (truncate, r"model\.safetensors: is not a whole safetensors file"),
        (empty, r"model\.safetensors: is empty; fetch it again"),
        (only_pickle, "only pickled weights, .* never opened; .* convert them with"),
        (no_weights, r"has no model\.safetensors"),
        (no_config, r"config\.json: cannot be read: No such file"),
        (not_json, r"config\.json: is not JSON"),
        (a_list, r"config\.json: .*object"),
    ],
)
def test_a_broken_folder_is_refused_in_one_line(
    write_checkpoint: Any, change: Callable[[Path], None], message: str
) -> None:
    folder = write_checkpoint()
    change(folder)

    with pytest.raises(DataError, match=message) as raised:
        build(folder)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("room", ["families", "shards"])
def test_sizes_are_capped(
    write_checkpoint: Any, monkeypatch: pytest.MonkeyPatch, room: str
) -> None:
    monkeypatch.setattr(f"trainer.pretrained.{room}.MAX_BYTES", 10)
    with pytest.raises(DataError, match=r"(config\.json|safetensors): has over 10 byt"):
        build(write_checkpoint())


def test_a_pickle_next_to_complete_weights_is_ignored(write_checkpoint: Any) -> None:
    folder = write_checkpoint()
    (folder / "pytorch_model.bin").write_bytes(b"never opened")

    assert build(folder)(IDS).shape == (1, 4, 8)
