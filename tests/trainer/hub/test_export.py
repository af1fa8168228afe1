"""What the import of a checkpoint writes, says and refuses."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import tensorflow as tf

from newsdesk.config.encoders import CheckpointEncoder, HubEncoder
from newsdesk.errors import ConfigError, DataError
from trainer import encoders
from trainer.export import hub_encoder

IDS = tf.constant([[2, 9, 40, 3, 0, 0], [2, 7, 8, 9, 60, 3]])


def build(kind: type, path: Path, id_count: int, **paths: str) -> Any:
    name = "hub" if kind is HubEncoder else "checkpoint"
    return encoders.build(kind(kind=name, path=str(path), **paths), id_count, 20)


@pytest.mark.slow
def test_the_imported_encoder_gives_the_checkpoint_s_numbers(
    checkpoint: Path, imported: Any
) -> None:
    id_count = len((checkpoint / "vocab.txt").read_text().splitlines())
    ours = build(CheckpointEncoder, checkpoint, id_count)
    theirs = build(HubEncoder, imported.encoder, id_count, preprocess="unread")
    hidden, expected = theirs(IDS), ours(IDS)
    there = IDS.numpy() != 0

    np.testing.assert_allclose(hidden[there], expected[there], atol=1e-5)
    np.testing.assert_allclose(theirs.cls(hidden), ours.cls(expected), atol=1e-5)


@pytest.mark.slow
def test_the_command_says_where_the_models_are_and_how_to_use_them(
    imported: Any,
) -> None:
    assert imported.said.splitlines() == [
        "written  new/tiny/encoder and new/tiny/preprocess",
        "next     add to a configuration:",
        "[model.encoder]",
        'kind = "hub"',
        f'path = "{imported.encoder}"',
        f'preprocess = "{imported.preprocess}"',
    ]
    folder = imported.encoder.parent
    assert sorted(file.name for file in folder.iterdir()) == ["encoder", "preprocess"]
    assert [file.name for file in folder.parent.iterdir()] == ["tiny"]
    assert folder.stat().st_mode & 0o777 == folder.parent.stat().st_mode & 0o777


@pytest.mark.slow
def test_real_weights_give_the_results_of_the_original_model(
    minilm: Path, shared: Path, tmp_path: Path
) -> None:
    rows = json.loads((shared / "reference" / "minilm.json").read_text())
    hub_encoder.export(str(minilm), tmp_path / "hub")
    layer = encoders.build(
        HubEncoder(
            kind="hub", path=str(tmp_path / "hub" / "encoder"), preprocess="unread"
        ),
        30522,
        512,
    )
    ids = tf.ragged.constant([row["input_ids"] for row in rows], tf.int32).to_tensor()
    hidden = layer(ids)

    for found, name in [(hidden[:, 0], "cls"), (layer.cls(hidden), "pooled")]:
        expected = [row[name] for row in rows]
        np.testing.assert_allclose(found[:, :8], expected, atol=2e-4)


@pytest.fixture
def changed(checkpoint: Path, tmp_path: Path) -> Callable[..., str]:
    """A copy of the checkpoint with other values in its config.json."""

    def change(**config: Any) -> str:
        folder = tmp_path / "checkpoint"
        shutil.copytree(checkpoint, folder)
        values = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(values | config))
        return str(folder)

    return change


def test_another_epsilon_is_refused(changed: Any, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="layer_norm_eps is 1e-05, but encoders of TF"):
        hub_encoder.export(changed(layer_norm_eps=1e-5), tmp_path / "new")


def test_added_tokens_are_refused(changed: Any, tmp_path: Path) -> None:
    folder = changed()
    pieces = Path(folder, "vocab.txt").read_text().splitlines()
    added = json.dumps({pieces[-1]: len(pieces) - 1})
    Path(folder, "added_tokens.json").write_text(added)

    with pytest.raises(
        DataError, match="has the added token '[a-z]+', but tokenizers of"
    ):
        hub_encoder.export(folder, tmp_path / "new")


def test_a_missing_pooler_is_refused(changed: Any, tmp_path: Path) -> None:
    folder = changed()
    file = Path(folder, "model.safetensors")
    tensors = safetensors.numpy.load_file(file)
    kept = {name: value for name, value in tensors.items() if "pooler" not in name}
    safetensors.numpy.save_file(kept, file)

    with pytest.raises(DataError, match="has no pooler, but encoders of TF Hub need"):
        hub_encoder.export(folder, tmp_path / "new")


def test_accents_apart_from_case_are_refused(changed: Any, tmp_path: Path) -> None:
    folder = changed()
    settings = {"do_lower_case": True, "strip_accents": False}
    Path(folder, "tokenizer_config.json").write_text(json.dumps(settings))

    with pytest.raises(DataError, match="strip_accents differs from do_lower_case"):
        hub_encoder.export(folder, tmp_path / "new")


def test_a_vocabulary_of_another_length_is_refused(
    changed: Any, tmp_path: Path
) -> None:
    folder = changed()
    with Path(folder, "vocab.txt").open("a") as stream:
        stream.write("another\n")

    with pytest.raises(DataError, match=r"vocab.txt has \d+ tokens, but vocab_size is"):
        hub_encoder.export(folder, tmp_path / "new")


def test_an_existing_folder_is_not_overwritten(
    checkpoint: Path, tmp_path: Path
) -> None:
    (tmp_path / "kept").touch()
    for there in (tmp_path, tmp_path / "kept"):
        with pytest.raises(ConfigError, match="exists already; choose another folder"):
            hub_encoder.export(str(checkpoint), there)


def test_an_export_that_fails_leaves_nothing(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(folder: Path, *_: Any) -> None:
        (folder / "half").touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(hub_encoder, "_write", write)
    with pytest.raises(ConfigError, match="new: cannot be written: No space left on"):
        hub_encoder.export(str(checkpoint), tmp_path / "new")

    assert list(tmp_path.iterdir()) == []
