"""Reads data sets of TensorFlow Datasets by name, such as `tfds:ag_news_subset`."""

import os
import socket
from collections.abc import Collection, Iterator
from typing import Any

from newsdesk.errors import DataError, first_line
from newsdesk.rows.row import BadRow, Row, checked

PREFIX = "tfds:"
_HOST = "storage.googleapis.com"


def prepare(path: str) -> None:
    """Downloads and prepares a data set, unless this machine has it already.

    Args:
        path: `tfds:name` or `tfds:name/configuration`.

    Raises:
        DataError: there is no such data set, or it is neither on this machine nor can
            it be downloaded.
    """
    builder = _builder(path)
    if builder.is_prepared():
        return
    if not _online():
        raise DataError(_unprepared(path, builder.data_dir, "no network"))
    try:
        builder.download_and_prepare()
    except Exception as error:
        reason = first_line(error)
        raise DataError(_unprepared(path, builder.data_dir, reason)) from error


def read(source: str, needed: Collection[str] | None = None) -> Iterator[Row | BadRow]:
    """Reads one split of a prepared data set.

    Args:
        source: `tfds:name/split` or `tfds:name/configuration/split`.
        needed: the features to decode. None decodes all, and leaves out those that
            cannot be text.

    Yields:
        Rows, numbered from 1 in the order of the prepared files.

    Raises:
        DataError: the data set is not prepared, or has no such split.
    """
    import tensorflow_datasets as tfds

    path, _, split = source.rpartition("/")
    builder = _builder(path)
    if not builder.is_prepared():
        raise DataError(_unprepared(path, builder.data_dir, "it is not prepared"))
    if split not in builder.info.splits:
        found = ", ".join(sorted(builder.info.splits))
        raise DataError(
            f"{path}: has no split {split!r}, only {found}; set data.splits"
        )
    # Read in file order, so that rows get the same numbers in every run.
    config = tfds.ReadConfig(interleave_cycle_length=1)
    dataset = builder.as_dataset(
        split=split, read_config=config, decoders=_decoders(builder, needed)
    )
    for number, record in enumerate(tfds.as_numpy(dataset), 1):
        cells = {name: _cell(value) for name, value in record.items()}
        yield checked(source, number, cells, strict=needed is not None)


def _builder(path: str) -> Any:
    import tensorflow_datasets as tfds

    try:
        return tfds.builder(path.removeprefix(PREFIX))
    except tfds.core.DatasetNotFoundError:
        raise DataError(
            f"{path}: TensorFlow Datasets has no data set of this name, and none is "
            f"prepared in {_home()}; check the name"
        ) from None


def _decoders(builder: Any, needed: Collection[str] | None) -> Any:
    """Decodes only the needed features, because images would take long."""
    import tensorflow_datasets as tfds

    if needed is None:
        return None
    found = {name: True for name in builder.info.features if name in needed}
    return tfds.decode.PartialDecoding(found)


def _home() -> str:
    import tensorflow_datasets as tfds

    return str(tfds.core.constants.DATA_DIR)


def _unprepared(path: str, folder: str, reason: str) -> str:
    return (
        f"{path}: cannot be downloaded ({reason}); put a prepared copy into {folder}, "
        "or set TFDS_DATA_DIR to a folder that contains one"
    )


def _online() -> bool:
    """Returns whether a download can work, because TFDS itself retries for minutes."""
    if os.environ.get("https_proxy") or os.environ.get("HTTPS_PROXY"):
        return True
    try:
        return bool(socket.getaddrinfo(_HOST, 443))
    except OSError:
        return False


def _cell(value: Any) -> str | bytes | None:
    if getattr(value, "shape", ()) or isinstance(value, dict):
        return None
    if isinstance(value, bytes):
        return value
    # NaN is the only value unequal to itself.
    return str(value) if value == value else ""
