"""Every family gives the ids and hidden states that PyTorch gives."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import tensorflow as tf

from newsdesk.config.encoders import CheckpointEncoder
from newsdesk.config.model import Model
from newsdesk.errors import ConfigError, DataError
from trainer import encoders
from trainer.encoders import inspection, probe
from trainer.encoders.description import describe
from trainer.model import Classifier, loss

FAMILIES = (
    *("bert-uncased", "distilbert", "electra"),
    *("modernbert", "roberta", "xlm-roberta"),
)
OLDER = ("vocab.txt", "vocab.json", "merges.txt", "sentencepiece.bpe.model")
LAYOUTS = [
    *((name, "newer") for name in FAMILIES),
    *((name, "older") for name in FAMILIES if name != "modernbert"),
]


@pytest.fixture
def references(shared: Path) -> Path:
    """The folder of the reference encoders."""
    folder = shared / "reference" / "encoders"
    if not folder.is_dir():
        pytest.skip("no reference encoders beside the clone")
    return folder


@pytest.fixture
def copied(references: Path, tmp_path: Path) -> Any:
    """Copies a reference encoder, with other keys in its config.json."""

    def copy(name: str, layout: str = "newer", **config: Any) -> Path:
        folder = tmp_path / name
        left_out = OLDER if layout == "newer" else ["tokenizer.json"]
        shutil.copytree(
            references / name, folder, ignore=shutil.ignore_patterns(*left_out)
        )
        file = folder / "config.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | config))
        return folder

    return copy


def build(folder: Path, precision: str = "float32", max_length: int = 48) -> Any:
    config = CheckpointEncoder(kind="checkpoint", path=str(folder))
    size = json.loads((folder / "config.json").read_text())["vocab_size"]
    return encoders.build(config, size, max_length, precision)


def differences(rows: list[dict[str, Any]], found: list[dict[str, Any]]) -> float:
    return max(
        float(np.abs(np.subtract(row[key], one[key])).max())
        for row, one in zip(rows, found, strict=True)
        for key in ("first", "mean")
    )


@pytest.mark.slow
@pytest.mark.parametrize(("name", "layout"), LAYOUTS)
def test_ids_and_hidden_states_are_those_of_pytorch(
    name: str, layout: str, copied: Any
) -> None:
    folder = copied(name, layout)
    reference = json.loads((folder / "reference.json").read_text())
    rows, most = reference["rows"], reference["max_length"]

    assert inspection.check_checkpoint(str(folder)) == []
    found = list(probe.answers(str(folder), [row["text"] for row in rows], most))
    assert len(found) == 41
    assert [set(row) for row in found] == 41 * [{"ids", "first", "mean"}]
    assert [row["ids"] for row in found] == [row["ids"] for row in rows]
    assert differences(rows, found) < 1e-4
    alone = list(probe.answers(str(folder), [rows[1]["text"]], most))
    assert differences(rows[1:2], alone) < 1e-4


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_bfloat16_and_dropout_work(name: str, copied: Any) -> None:
    folder = copied(name, **({"mlp_dropout": 0.1} if name == "modernbert" else {}))
    ids = tf.constant([[5, 6, 7, 8], [9, 3, 0, 0]])
    exact, half = build(folder), build(folder, "bfloat16")

    assert half(ids).dtype == tf.bfloat16
    np.testing.assert_allclose(
        tf.cast(half(ids), tf.float32)[:1], exact(ids)[:1], atol=0.15
    )
    seed = tf.constant([1, 2])
    assert not np.allclose(exact(ids), exact(ids, seed=seed))
    np.testing.assert_array_equal(exact(ids, seed=seed), exact(ids, seed=seed))


@pytest.mark.parametrize("name", ["distilbert", "roberta", "modernbert"])
def test_depths_hold_each_weight_once(name: str, copied: Any) -> None:
    layer = build(copied(name))
    layer(tf.constant([[5, 6]]))

    depths = layer.depths
    assert [len(weights) for weights in depths] == {
        "distilbert": [4, 12, 12, 12],
        "roberta": [5, 12, 12, 12],
        # The first block has no norm before attention, the last one another behind.
        "modernbert": [2, 5, 6, 7],
    }[name]
    every = {id(weight) for weights in depths for weight in weights}
    assert every == {id(weight) for weight in layer.trainable_weights}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "count"), [("distilbert", 12), ("modernbert", 7)])
def test_only_the_last_layers_are_trained(name: str, count: int, copied: Any) -> None:
    section = {"kind": "checkpoint", "path": str(copied(name)), "train_layers": 1}
    settings = Model.model_validate({"encoder": section, "pooling": "mean"})
    model = Classifier(settings, 800, 48, classes=2)
    encoder = model.encoder
    with tf.GradientTape() as tape:
        logits = model(tf.constant([[5, 6, 7]]), seed=tf.constant([1, 2]))
        total = tf.reduce_sum(loss(logits, tf.constant([1])))
    gradients = tape.gradient(total, encoder.weights)

    trained = {id(weight) for weight in encoder.trainable_weights}
    assert len(trained) == count
    for weight, gradient in zip(encoder.weights, gradients, strict=True):
        assert (gradient is not None) is (id(weight) in trained)
    # A head of two layers is trained as well.
    assert len(model.trainable_weights) == count + 4
    assert len(model.weights) > count + 4
    assert [len(weights) for weights in encoder.depths] == [0, count]


def test_more_layers_than_there_are_cannot_be_trained(copied: Any) -> None:
    section = {"kind": "checkpoint", "path": str(copied("electra")), "train_layers": 4}
    encoder = CheckpointEncoder.model_validate(section)

    with pytest.raises(ConfigError, match="train_layers is 4, but .* has 3 layers"):
        inspection.check_checkpoint_encoder(encoder, 20)
    with pytest.raises(ValueError, match="train_layers requires trainable = true"):
        CheckpointEncoder.model_validate(section | {"trainable": False})


@pytest.mark.parametrize(
    ("name", "prefix", "head"),
    [
        ("distilbert", "distilbert.", "vocab_projector.bias"),
        ("electra", "electra.", "discriminator_predictions.dense.weight"),
        ("roberta", "roberta.", "lm_head.decoder.weight"),
        pytest.param(
            *("xlm-roberta", "roberta.", "classifier.out_proj.bias"),
            marks=pytest.mark.slow,
        ),
        ("modernbert", "model.", "head.dense.weight"),
    ],
)
def test_prefixes_heads_and_half_precision_are_read(
    name: str, prefix: str, head: str, copied: Any
) -> None:
    folder = copied(name)
    file = folder / "model.safetensors"
    tensors = safetensors.numpy.load_file(file)
    expected = build(folder)(tf.constant([[5, 6, 7]]))
    tensors = {f"{prefix}{key}": value for key, value in tensors.items()}
    kept = tf.bfloat16.as_numpy_dtype
    tensors = {key: value.astype(kept) for key, value in tensors.items()}
    safetensors.numpy.save_file(tensors | {head: np.zeros(3, "f4")}, file)

    found = build(folder)(tf.constant([[5, 6, 7]]))

    np.testing.assert_allclose(found, expected, atol=0.1)
    facts = describe(str(folder))
    assert facts["ignored"] == head
    assert "(BF16) from model.safetensors" in facts["loaded"]


@pytest.mark.parametrize(
    ("name", "config", "message"),
    [
        ("roberta", {"pad_token_id": 2}, "pad_token_id is 2, but tokenizer.json gives"),
        ("roberta", {"position_embedding_type": "relative_key"}, "but must be 'absol"),
        ("distilbert", {"activation": "relu"}, "activation is 'relu', but must be 'g"),
        ("electra", {"embedding_size": 8}, r"has the shape \[.*16\], but config.json"),
        ("modernbert", {"mlp_bias": True}, "mlp_bias is True, but must be False: no"),
        ("modernbert", {"hidden_activation": "silu"}, "hidden_activation is 'silu', b"),
        ("modernbert", {"layer_types": ["full_attention"]}, "layer_types has 1 entri"),
        (
            "modernbert",
            {"layer_types": 3 * ["chunked_attention"]},
            r"layer_types.0 is 'chunked_attention', but must be 'full_attention' or",
        ),
        (
            "modernbert",
            {"rope_parameters": {"full_attention": {"rope_type": "yarn"}}},
            "rope_parameters.full_attention is .*'yarn'.*; only the rope_type 'default",
        ),
        ("modernbert", {"rope_scaling": {"factor": 2}}, "rope_scaling is .* must be n"),
        ("modernbert", {"num_attention_heads": 32}, "must be even, because rotary pos"),
    ],
)
def test_settings_that_are_not_built_in_are_refused(
    name: str, config: dict[str, Any], message: str, copied: Any
) -> None:
    with pytest.raises(DataError, match=message) as raised:
        inspection.check_checkpoint(str(copied(name, **config)))
    assert "\n" not in str(raised.value)


def test_positions_of_padding_are_not_for_texts(copied: Any) -> None:
    folder = copied("roberta")

    with pytest.raises(ConfigError, match="is 66 in .*, 2 of which no token gets: the"):
        inspection.check_checkpoint(str(folder), max_length=65)
    assert inspection.check_checkpoint(str(folder), max_length=64) == []
    with pytest.raises(ConfigError, match="--max-length is 65, .* have 3 to 64 tokens"):
        list(probe.answers(str(folder), ["a"], 65))


def test_older_files_of_a_modernbert_mean_the_same(copied: Any, tmp_path: Path) -> None:
    newer = copied("modernbert")
    expected = build(newer)(tf.range(5, 45)[None])
    newer.rename(tmp_path / "before")
    folder = copied("modernbert")
    keys = json.loads((folder / "config.json").read_text())
    del keys["layer_types"], keys["rope_parameters"]
    keys |= {"global_rope_theta": 160000.0, "local_rope_theta": 10000.0}
    (folder / "config.json").write_text(json.dumps(keys))

    np.testing.assert_array_equal(build(folder)(tf.range(5, 45)[None]), expected)


def test_a_tokenizer_without_a_first_token_is_refused(copied: Any) -> None:
    folder = copied("roberta")
    file = folder / "tokenizer.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"post_processor": None}))

    with pytest.raises(DataError, match="puts no special token before a text, but a r"):
        inspection.check_checkpoint(str(folder))


def test_an_unknown_normalizer_is_refused(copied: Any) -> None:
    folder = copied("xlm-roberta")
    file = folder / "tokenizer.json"
    keys = json.loads(file.read_text()) | {"normalizer": {"type": "Rot13"}}
    file.write_text(json.dumps(keys))

    with pytest.raises(DataError, match='normalizer is "Rot13", which is not built in'):
        inspection.check_checkpoint(str(folder))
