"""Rows whose token ids are in a file give the same batches and weights as in memory."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow_transform as tft

from newsdesk.errors import NewsdeskError
from tests.trainer import tiny_training
from trainer.data import collected, number_file, stored, transformed
from trainer.data.batches import Batch, evaluation_batches, training_batches
from trainer.data.collected import Collected, Space
from trainer.data.number_file import NumberFile
from trainer.data.stored import StoredRows
from trainer.training.checkpoints import Checkpoints
from trainer.training.progress import Progress
from trainer.training.stopping import Stop

Rows = Callable[..., transformed.Rows]


def on_disk(rows: transformed.Rows, folder: Path, dtype: str = "<u2") -> StoredRows:
    """Writes rows to a file from the last to the first."""
    file = NumberFile(folder, dtype, "token ids")
    last_first = np.arange(len(rows))[::-1]
    for row in last_first:
        file.append(rows.ids[rows.starts[row] : rows.starts[row + 1]])
    lengths = rows.lengths[last_first].astype(np.int32)
    labels, keys = rows.labels[last_first], rows.keys[last_first]
    return stored.in_content_order(file, rows.bucket_width, lengths, labels, keys)


def expect_equal(found: list[Batch], expected: list[Batch]) -> None:
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one.inputs.dtype == other.inputs.dtype == np.int32
        assert one.labels.dtype == other.labels.dtype == np.int32
        np.testing.assert_array_equal(one.inputs, other.inputs)
        np.testing.assert_array_equal(one.labels, other.labels)


@pytest.mark.parametrize(("dtype", "id_count"), [("<u2", 2**16), ("<i4", 2**31)])
def test_batches_and_digests_are_those_of_memory(
    make_rows: Rows, tmp_path: Path, dtype: str, id_count: int
) -> None:
    random = np.random.default_rng(0)
    tokens = [
        [*random.integers(1, id_count, random.integers(0, 50))] for _ in range(300)
    ]
    rows = make_rows([*tokens, [id_count - 1]], random.integers(0, 4, 301))
    others = on_disk(rows, tmp_path, dtype)

    for epoch in (0, 1):
        expect_equal(
            list(training_batches(others, 7, 3, epoch, skip=epoch)),
            list(training_batches(rows, 7, 3, epoch, skip=epoch)),
        )
    expect_equal(list(evaluation_batches(others, 7)), list(evaluation_batches(rows, 7)))
    np.testing.assert_array_equal(np.concatenate(list(others.id_parts())), rows.ids)
    assert others.fingerprint == rows.fingerprint
    assert others.file.size == len(rows.ids) * np.dtype(dtype).itemsize


def trained(split: Any, folder: Path) -> list[np.ndarray]:
    model, loop = tiny_training.loop(split)
    progress = Progress(str(folder / "events"))
    loop.fit(split, split, progress, Checkpoints(folder / "checkpoints"), Stop())
    return model.get_weights()


@pytest.mark.slow
def test_trained_weights_are_those_of_memory(tmp_path: Path) -> None:
    rows = tiny_training.rows()
    expected = trained(rows, tmp_path / "memory")
    found = trained(on_disk(rows, tmp_path / "file"), tmp_path / "disk")

    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
@pytest.mark.parametrize("memory_rows", [5, 4])
def test_only_more_rows_than_the_limit_are_written(
    words_graph: tuple[Path, list[dict[str, Any]]], tmp_path: Path, memory_rows: int
) -> None:
    folder, _ = words_graph
    graph = tft.TFTransformOutput(str(folder))
    files = [str(folder / "rows.gz")]
    space = Space(tmp_path / "new" / "folder", memory_rows)
    found = transformed.read(files, graph, "train", space, 10, bucket_width=8)
    expected = transformed.read(files, graph, "train", bucket_width=8)

    assert isinstance(found, StoredRows) == (memory_rows == 4)
    expect_equal(
        list(evaluation_batches(found, 2)), list(evaluation_batches(expected, 2))
    )
    assert found.fingerprint == expected.fingerprint


def test_the_file_has_no_name(tmp_path: Path) -> None:
    """So nothing is left behind after a kill, and nobody reads a part of it."""
    file = NumberFile(tmp_path, "<u2", "token ids")
    file.append(np.array([1, 2, 3]))

    assert list(tmp_path.iterdir()) == []
    assert file.read(1, 2).tolist() == [2, 3]


def test_rows_before_the_limit_are_in_the_file_as_well(tmp_path: Path) -> None:
    ids = Collected(Space(tmp_path, memory_rows=2), "token ids", "<i4", "<u2")
    for token in (1, 2, 3, 4):
        ids.add(np.array([token]), rows=1)

    assert ids.file and ids.file.read(0, 4).tolist() == [1, 2, 3, 4]


def test_memory_decides_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collected, "total_memory", lambda: 16 * 400)
    space = Space(tmp_path)

    assert space.fits(rows=1, size=400)
    assert not space.fits(rows=1, size=401)


def test_a_full_disk_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = NumberFile(tmp_path, "<u2", "token ids")

    def full(*_: Any) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(number_file.os, "write", full)
    with pytest.raises(NewsdeskError, match="No space left on device; free some space"):
        file.append(np.array([1]))


def test_a_short_write_is_continued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(
        number_file.os, "write", lambda file, left: write(file, left[:3])
    )
    file = NumberFile(tmp_path, "<u2", "token ids")
    file.append(np.arange(10))

    assert file.read(0, 10).tolist() == list(range(10))


def test_a_file_that_was_cut_is_refused(tmp_path: Path) -> None:
    file = NumberFile(tmp_path, "<u2", "token ids")
    file.append(np.array([1, 2]))

    with pytest.raises(NewsdeskError, match="shorter than what was written"):
        file.read(1, 2)


@pytest.mark.parametrize("token", [-1, 2**16])
def test_an_id_that_the_vocabulary_does_not_have_is_refused(
    tmp_path: Path, token: int
) -> None:
    with pytest.raises(NewsdeskError, match="do not fit the type uint16"):
        NumberFile(tmp_path, "<u2", "token ids").append(np.array([0, token]))
