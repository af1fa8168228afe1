"""Weights in several files, and the sentence for files that do not fit their index."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import tensorflow as tf

from newsdesk.config.encoders import CheckpointEncoder
from newsdesk.errors import DataError
from trainer import encoders
from trainer.encoders import inspection

Tensors = dict[str, np.ndarray]
SHARDS = [f"model-0000{number}-of-00002.safetensors" for number in (1, 2)]
INDEX = "model.safetensors.index.json"


def build(folder: Path) -> Any:
    config = CheckpointEncoder(kind="checkpoint", path=str(folder))
    return encoders.build(config, 30, 20)


@pytest.fixture
def sharded(write_checkpoint: Any, random_tensors: Tensors) -> Path:
    """A checkpoint whose weights are in two files, with an index."""
    folder: Path = write_checkpoint()
    (folder / "model.safetensors").unlink()
    names = sorted(random_tensors)
    for number, shard in enumerate(SHARDS):
        part = {name: random_tensors[name] for name in names[number::2]}
        safetensors.numpy.save_file(part, folder / shard)
    where = {name: SHARDS[place % 2] for place, name in enumerate(names)}
    (folder / INDEX).write_text(json.dumps({"weight_map": where}))
    return folder


def changed(folder: Path, change: Callable[[dict[str, Any]], Any]) -> Path:
    index = json.loads((folder / INDEX).read_text())
    change(index["weight_map"])
    (folder / INDEX).write_text(json.dumps(index))
    return folder


def refusal(folder: Path) -> str:
    with pytest.raises(DataError) as caught:
        inspection.check_checkpoint(str(folder))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_shards_give_the_numbers_of_one_file(
    sharded: Path, write_checkpoint: Any, tmp_path: Path
) -> None:
    assert inspection.check_checkpoint(str(sharded)) == []
    found = build(sharded)(tf.constant([[2, 3, 4]]))
    sharded.rename(tmp_path / "sharded")
    expected = build(write_checkpoint())(tf.constant([[2, 3, 4]]))

    np.testing.assert_array_equal(found, expected)


def test_a_missing_shard_is_named(sharded: Path) -> None:
    (sharded / SHARDS[1]).unlink()

    assert f"{INDEX}: names {SHARDS[1]}, which the folder does not" in refusal(sharded)


def test_a_cut_shard_is_named(sharded: Path) -> None:
    file = sharded / SHARDS[0]
    file.write_bytes(file.read_bytes()[:-100])

    assert f"{file}: is not a whole safetensors file" in refusal(sharded)


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "..", "a/b", 7, ""])
def test_files_outside_of_the_folder_are_not_opened(sharded: Path, name: Any) -> None:
    safetensors.numpy.save_file({"a": np.zeros(1)}, sharded.parent / "secret")
    changed(sharded, lambda where: where.update({next(iter(where)): name}))

    assert f"names {name!r}, which is not a file of this folder" in refusal(sharded)


def test_a_tensor_in_another_shard_is_named(sharded: Path) -> None:
    changed(sharded, lambda where: where.update({min(where): SHARDS[1]}))

    assert f"{INDEX}: {SHARDS[1]} lacks embeddings.LayerNorm.bias" in refusal(sharded)


def test_a_tensor_that_the_index_lacks_is_named(sharded: Path) -> None:
    changed(sharded, lambda where: where.pop(min(where)))

    said = refusal(sharded)
    assert f"{SHARDS[0]}: has embeddings.LayerNorm.bias, which {INDEX} does not" in said


@pytest.mark.parametrize("content", ["{}", '{"weight_map": 1}', '{"weight_map": {}}'])
def test_an_index_without_files_is_refused(sharded: Path, content: str) -> None:
    (sharded / INDEX).write_text(content)

    assert f"{INDEX}: has no weight_map" in refusal(sharded)


def test_damaged_values_are_named_with_their_shard(
    sharded: Path, random_tensors: Tensors
) -> None:
    shard = safetensors.numpy.load_file(sharded / SHARDS[0])
    name = min(shard)
    safetensors.numpy.save_file(
        shard | {name: np.full_like(shard[name], np.nan)}, sharded / SHARDS[0]
    )

    assert f"{sharded / SHARDS[0]}: {name} holds NaN" in refusal(sharded)


def test_large_tensors_are_checked_in_parts(
    write_checkpoint: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.pretrained.tensors._CHECKED_TOGETHER", 7)
    folder = write_checkpoint()
    tensors = safetensors.numpy.load_file(folder / "model.safetensors")
    tensors["embeddings.word_embeddings.weight"][-1, -1] = np.inf
    safetensors.numpy.save_file(tensors, folder / "model.safetensors")

    assert "holds Inf (1 of 240 values)" in refusal(folder)
