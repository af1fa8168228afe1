"""The newest model is found, in a folder and in an object store."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from newsdesk.errors import ConfigError, ModelError
from newsdesk.published.remote_store import RemoteStore
from pipeline.predict.find_model import find_model, opened_model
from tests.support import s3


def _model(folder: Path, time: int = 0) -> Path:
    folder.mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"")
    os.utime(folder / "saved_model.pb", (time, time))
    return folder


def found(**where: Path) -> Path:
    return Path(str(find_model(**where)))


def _run(root: Path, pushed: str) -> None:
    """Writes the summary of a run that has pushed."""
    run = root / "runs" / "r000001-20260101T000000Z"
    run.mkdir(parents=True)
    summary = {"run": run.name, "pipeline": "x", "data": "d", "pushed": pushed}
    (run / "summary.json").write_text(
        json.dumps(summary | {"started": "2026-01-01T00:00:00"})
    )


def test_the_highest_number_is_the_newest(tmp_path: Path) -> None:
    _model(tmp_path / "serving" / "9", time=9)
    newest = _model(tmp_path / "serving" / "10", time=1)
    _model(tmp_path / "serving" / "11.tmp")
    (tmp_path / "serving" / "12").mkdir()
    assert found(root=tmp_path) == newest


def test_a_push_to_another_destination_is_found_in_the_summary(tmp_path: Path) -> None:
    pushed = _model(tmp_path / "elsewhere" / "3")
    run = tmp_path / "root" / "runs" / "20260101-000000"
    run.mkdir(parents=True)
    summary = {"run": run.name, "pipeline": "x", "data": "d", "pushed": str(pushed)}
    (run / "summary.json").write_text(
        json.dumps(summary | {"started": "2026-01-01T00:00:00"})
    )
    assert found(root=tmp_path / "root") == pushed
    # What was pushed before the destination was another one answers no more.
    _model(tmp_path / "root" / "serving" / "2")
    assert found(root=tmp_path / "root") == pushed
    restored = _model(tmp_path / "elsewhere" / "4")
    assert found(root=tmp_path / "root") == restored


def test_model_may_be_a_version_or_a_folder_of_versions(tmp_path: Path) -> None:
    version = _model(tmp_path / "base" / "7")
    assert found(model=version) == version
    assert found(model=tmp_path / "base") == version
    assert found(root=tmp_path / "no", model=version) == version


def test_without_options_the_newest_push_is_used(tmp_path: Path) -> None:
    _model(tmp_path / "a" / "serving" / "100", time=1)
    newest = _model(tmp_path / "b" / "serving" / "2", time=2)
    assert found(home=tmp_path) == newest


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("newsdesk run CONFIG.*--root", {"home": "none"}),
        ("newsdesk run CONFIG", {"root": "none"}),
        ("none: contains no model", {"model": "none"}),
    ],
)
def test_without_a_model_the_command_is_named(
    tmp_path: Path, words: str, where: dict[str, str]
) -> None:
    with pytest.raises(ConfigError, match=words):
        find_model(**{name: tmp_path / path for name, path in where.items()})


@pytest.fixture
def bucket() -> Iterator[str]:
    """An empty bucket."""
    with s3.bucket() as address:
        yield address


@pytest.mark.slow
def test_a_push_to_an_object_store_is_fetched(
    tmp_path: Path, bucket: str, publish: Any
) -> None:
    store = RemoteStore(f"{bucket}/news")
    publish(store, graph=b"old")
    version = publish(store, graph=b"new")
    _run(tmp_path / "root", pushed=f"{bucket}/news/{version}")

    with opened_model(root=tmp_path / "root") as folder:
        assert (folder / "saved_model.pb").read_bytes() == b"new"
    assert not folder.exists()
    assert str(find_model(home=tmp_path)) == f"{bucket}/news/{version}"


@pytest.mark.slow
def test_a_store_without_versions_is_skipped(tmp_path: Path, bucket: str) -> None:
    _run(tmp_path, pushed=f"{bucket}/news/7")
    local = _model(tmp_path / "serving" / "3")

    assert found(root=tmp_path) == local


@pytest.mark.slow
def test_a_store_that_cannot_be_reached_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No server listens at this port.
    for name, value in s3.environment("http://127.0.0.1:9").items():
        monkeypatch.setenv(name, value)
    _run(tmp_path, pushed="s3://models/news/7")

    with pytest.raises(ModelError, match="s3://models/news: cannot be read: Could not"):
        found(root=tmp_path)
