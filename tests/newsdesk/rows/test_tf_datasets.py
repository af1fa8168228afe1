import functools
from pathlib import Path
from typing import Any

import pytest

from newsdesk.errors import DataError
from newsdesk.rows import tf_datasets
from newsdesk.rows.readers import Row, read_rows


@pytest.mark.slow
def test_tfds_offline_says_where_to_put_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared_in(tmp_path, monkeypatch)
    be_online(False, monkeypatch)
    folder = tmp_path / "ag_news_subset" / "1.0.0"
    with pytest.raises(
        DataError, match=rf"downloaded \(no network\).* copy into {folder}"
    ):
        tf_datasets.prepare("tfds:ag_news_subset")


@pytest.mark.slow
def test_tfds_download_that_fails_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OSError("quota exceeded")

    builder = copy_of("tfds:ag_news_subset", tmp_path)
    monkeypatch.setattr(builder, "download_and_prepare", fail)
    monkeypatch.setattr("tensorflow_datasets.builder", lambda name: builder)
    be_online(True, monkeypatch)
    with pytest.raises(DataError, match=r"cannot be downloaded \(quota exceeded\)"):
        tf_datasets.prepare("tfds:ag_news_subset")


def test_tfds_unknown_name() -> None:
    with pytest.raises(DataError, match="tfds:nosuchset: TensorFlow Datasets has no"):
        tf_datasets.prepare("tfds:nosuchset")


@pytest.mark.slow
def test_tfds_reads_a_prepared_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare_copy(tmp_path)
    prepared_in(tmp_path, monkeypatch)
    tf_datasets.prepare("tfds:tiny")
    assert list(read_rows("tfds:tiny/train")) == [
        Row("tfds:tiny/train", 1, {"text": "one", "label": "0"}),
        Row("tfds:tiny/train", 2, {"text": "two", "label": "1"}),
    ]
    with pytest.raises(DataError, match="has no split 'test', only train"):
        list(read_rows("tfds:tiny/test"))


def prepare_copy(folder: Path) -> None:
    """Writes a data set of two rows in the format of TFDS."""
    import tensorflow as tf
    import tensorflow_datasets as tfds

    rows = {"text": ["one", "two"], "label": [0, 1]}
    tfds.dataset_builders.store_as_tfds_dataset(
        name="tiny",
        version="1.0.0",
        data_dir=folder,
        features=tfds.features.FeaturesDict(
            {
                "text": tfds.features.Text(),
                "label": tfds.features.ClassLabel(names=["a", "b"]),
            }
        ),
        split_datasets={"train": tf.data.Dataset.from_tensor_slices(rows)},
    )


def prepared_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks for prepared data sets in a folder."""
    import tensorflow_datasets as tfds

    there = functools.partial(tfds.builder, data_dir=folder)
    monkeypatch.setattr(tfds, "builder", there)


def be_online(is_online: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets names of hosts be resolved, or not."""

    def resolve(*_: object) -> list[str]:
        if not is_online:
            raise OSError("no such host")
        return ["address"]

    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(tf_datasets.socket, "getaddrinfo", resolve)


def copy_of(path: str, folder: Path) -> Any:
    import tensorflow_datasets as tfds

    return tfds.builder(path.removeprefix("tfds:"), data_dir=folder)
