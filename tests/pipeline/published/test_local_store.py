"""Versions appear whole, never twice under one number, and go out of sight whole."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.errors import ModelError
from pipeline.published import local_store, manifest
from pipeline.published.local_store import LocalStore
from pipeline.published.manifest import Origin
from tests.destination import names
from tests.pipeline.conftest import FillModel, Publish


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "serving")


def test_nothing_published_is_no_error(store: LocalStore) -> None:
    assert store.versions() == []


def test_a_published_version_is_complete(store: LocalStore, publish: Publish) -> None:
    version = publish(store)
    assert store.versions() == [version]
    assert manifest.verify(Path(store.address, str(version))).origin.labels == [
        "a",
        "b",
    ]
    assert names(Path(store.address)) == [str(version)]


def test_numbers_grow_within_a_second_and_beyond_a_future_one(
    store: LocalStore, publish: Publish
) -> None:
    first, second = publish(store), publish(store)
    (Path(store.address) / "9999999999999").mkdir()
    assert first < second
    assert publish(store) == 10000000000000


def test_a_number_taken_in_between_is_not_overwritten(
    store: LocalStore, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(store)
    monkeypatch.setattr(LocalStore, "_largest", lambda _: first - 1)
    monkeypatch.setattr(local_store.time, "time", lambda: 0.0)
    monkeypatch.setattr(local_store.os.path, "lexists", lambda _: False)
    assert publish(store) == first + 1


def test_an_incomplete_version_is_seen_and_refused(
    store: LocalStore, publish: Publish, tmp_path: Path
) -> None:
    publish(store)
    newest = Path(store.address, "9999999999999")
    newest.mkdir()
    assert store.versions()[-1] == 9999999999999
    with pytest.raises(ModelError, match="manifest"):
        store.manifest(9999999999999)
    with pytest.raises(ModelError, match="manifest"):
        store.fetch(9999999999999, tmp_path / "copy")


def test_an_altered_file_is_not_fetched(
    store: LocalStore, publish: Publish, tmp_path: Path
) -> None:
    version = publish(store)
    Path(store.address, str(version), "saved_model.pb").write_bytes(b"grapf")
    with pytest.raises(ModelError, match=r"saved_model\.pb was altered"):
        store.fetch(version, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_link_is_not_followed(
    store: LocalStore, publish: Publish, tmp_path: Path
) -> None:
    version = publish(store)
    Path(store.address, str(version), "more").symlink_to("/etc")
    with pytest.raises(ModelError, match="neither a file nor a folder"):
        store.fetch(version, tmp_path / "copy")


def test_what_a_dead_publisher_left_goes_and_a_living_ones_stays(
    store: LocalStore,
) -> None:
    living = store.stage()
    code = (
        "import os, sys, pathlib; from pipeline.published.local_store import LocalStore"
        "; print(LocalStore(pathlib.Path(sys.argv[1])).stage(), flush=True)"
        "; os.kill(os.getpid(), 9)"
    )
    dead = subprocess.run(
        [sys.executable, "-c", code, store.address], capture_output=True, text=True
    ).stdout.strip()
    assert Path(dead).is_dir()
    mine = LocalStore(Path(store.address)).stage()
    assert not Path(dead).exists()
    assert living.is_dir() and mine.is_dir()


def test_released_is_gone(store: LocalStore) -> None:
    folder = store.stage()
    (folder / "half").write_text("")
    store.release(folder)
    assert names(Path(store.address)) == []


def test_retired_versions_go_out_of_sight_then_off_the_disk(
    store: LocalStore, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = [publish(store) for _ in range(4)]
    assert store.retire(keep=2, grace_seconds=60) == versions[:2]
    assert store.versions() == versions[2:]
    hidden = [name for name in os.listdir(store.address) if name.startswith(".retired")]
    assert len(hidden) == 2
    later = local_store.time.time() + 61
    monkeypatch.setattr(local_store.time, "time", lambda: later)
    assert store.retire(keep=2, grace_seconds=60) == []
    assert names(Path(store.address)) == [str(v) for v in versions[2:]]


def test_the_newest_is_never_retired(store: LocalStore, publish: Publish) -> None:
    version = publish(store)
    assert store.retire(keep=0, grace_seconds=0) == []
    assert store.versions() == [version]


def test_a_version_that_another_publisher_retired_is_no_error(
    store: LocalStore, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = [publish(store) for _ in range(3)]
    listed = [versions[0] - 1, *versions]
    monkeypatch.setattr(LocalStore, "versions", lambda _: listed)
    assert store.retire(keep=2, grace_seconds=60) == versions[:1]


def test_a_retired_number_is_not_used_again(
    store: LocalStore, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(store)
    Path(store.address, ".retired-9999999999999-0").mkdir()
    assert publish(store) == 10000000000000


def test_a_place_that_cannot_be_written_is_named(
    tmp_path: Path, fill_model: FillModel, origin: Origin
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match=r"file/\.pushes: cannot be written: Not a"):
        LocalStore(tmp_path / "file").stage()
    with pytest.raises(ModelError, match=r"file: cannot be read"):
        LocalStore(tmp_path / "file").versions()
