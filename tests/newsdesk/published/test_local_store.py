"""Versions appear and disappear whole, and no number is used twice."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from newsdesk.errors import ModelError
from newsdesk.published import local_store, manifest, owner, staging
from newsdesk.published.local_store import LocalStore
from newsdesk.published.manifest import Origin
from newsdesk.published.staging import Staging
from tests.support import model
from tests.support.destination import names
from tests.support.versions import FillModel, Publish


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "serving")


def test_an_empty_store_is_not_an_error(store: LocalStore) -> None:
    assert store.versions() == []


def test_the_names_in_a_manifest_are_those_of_older_releases(
    store: LocalStore, publish: Publish
) -> None:
    version = publish(store, run_key="r", data_digest="d", code_digest="c")
    written = json.loads(Path(store.address, str(version), manifest.FILE).read_text())
    origin = written["origin"]

    assert (origin["inputs"], origin["data"], origin["code"]) == ("r", "d", "c")
    assert written["model"] == store.manifest(version).model_digest
    assert not [key for key in {*written, *origin} if key.endswith("_digest")]


def test_a_published_version_is_complete(store: LocalStore, publish: Publish) -> None:
    version = publish(store)
    assert store.versions() == [version]
    assert manifest.verify(Path(store.address, str(version))).origin.labels == [
        "a",
        "b",
    ]
    assert names(Path(store.address)) == [str(version)]


def test_numbers_grow_within_a_second_and_after_a_future_number(
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


def test_leftovers_of_dead_publishers_are_removed_those_of_living_ones_stay(
    store: LocalStore,
) -> None:
    living = store.stage()
    code = (
        "import os, sys, pathlib; from newsdesk.published.local_store import LocalStore"
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


@pytest.fixture
def other(store: LocalStore) -> LocalStore:
    """The same destination, as another publisher has it."""
    return LocalStore(Path(store.address))


def test_only_one_of_two_publishers_follows_a_version(
    store: LocalStore,
    other: LocalStore,
    publish: Publish,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = publish(store)
    second: list[int] = []

    def sync(_: Path) -> None:
        # The other publisher's whole push, after this one was checked.
        if not second:
            second.append(0)
            second[:] = [publish(other, graph=b"better")]

    monkeypatch.setattr(local_store, "sync_tree", sync)
    with pytest.raises(ModelError) as caught:
        publish(store, graph=b"worse")
    said = f"version {second[0]} came into service during this run, and the candidate "
    assert said in str(caught.value)
    assert store.versions() == [first, *second]


def test_a_publisher_that_slept_for_long_is_refused(
    store: LocalStore,
    other: LocalStore,
    publish: Publish,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    succeed = Staging.succeed
    monkeypatch.setattr(staging, "PATIENCE_SECONDS", 0.0)
    second: list[int] = []

    def sleepy(*given: Any) -> bool:
        if not second:
            second.append(0)
            succeeds = succeed(*given)
            second[:] = [publish(other, graph=b"other")]
            return succeeds
        return succeed(*given)

    # No lock, as on a file system that does not share it.
    monkeypatch.setattr(local_store, "turn", lambda _: nullcontext())
    monkeypatch.setattr(Staging, "succeed", sleepy)
    folder = store.stage()
    (folder / "file").write_text("")
    described = manifest.describe(folder, model.origin())
    manifest.write(described, folder)
    with pytest.raises(ModelError, match="for a leftover and removed it"):
        store.publish(folder, described, None)
    store.release(folder)
    assert store.versions() == second
    store.verify(second[0])


@pytest.mark.parametrize("rename", [1, 2])
def test_a_publisher_that_died_during_a_push_does_not_block_others(
    store: LocalStore, publish: Publish, rename: int
) -> None:
    first = publish(store)
    code = (
        "import os, sys; from pathlib import Path"
        "; from newsdesk.published.local_store import LocalStore"
        "; from newsdesk.published.manifest import describe"
        "; from tests.support.model import origin"
        "; store = LocalStore(Path(sys.argv[1])); folder = store.stage()"
        "; renames = []; rename = Path.rename"
        "; Path.rename = lambda *given: (renames.append(0), os.kill(os.getpid(), 9)"
        " if len(renames) == int(sys.argv[2]) else rename(*given))"
        "; store.publish(folder, describe(folder, origin()), store.versions()[-1])"
    )
    words = [sys.executable, "-c", code, store.address, str(rename)]
    assert subprocess.run(words).returncode == -9
    assert store.versions() == [first]
    second = publish(store)
    assert names(Path(store.address)) == [str(first), str(second)]


def test_a_version_that_was_removed_by_hand_can_be_followed_again(
    store: LocalStore, publish: Publish
) -> None:
    first, second = publish(store), publish(store)
    shutil.rmtree(Path(store.address, str(second)))
    third = publish(store)
    assert store.versions() == [first, third]


def test_staging_of_another_host_stays_for_a_day(
    store: LocalStore, other: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(owner.socket, "gethostname", lambda: "another")
        # A file system that shares no locks.
        patch.setattr(owner.fcntl, "flock", lambda *_: None)
        theirs = store.stage()
    (theirs / "half").write_text("")
    other.stage()
    assert theirs.is_dir()
    for path in (theirs.parent, theirs.parent / owner.FILE):
        os.utime(path, (0, 0))
    other.stage()
    assert not theirs.exists()


def test_staging_whose_process_id_was_reused_is_dead(
    store: LocalStore, other: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(owner.fcntl, "flock", lambda *_: None)
        theirs = store.stage()
    file = theirs.parent / owner.FILE
    file.write_text(json.dumps({**json.loads(file.read_text()), "started": "0"}))
    other.stage()
    assert not theirs.exists()


@pytest.mark.parametrize("name", [".staging-0123", ".look-0123"])
def test_leftovers_next_to_the_versions_are_removed_after_a_day(
    store: LocalStore, other: LocalStore, name: str
) -> None:
    store.stage()
    former = Path(store.address, name)
    former.mkdir()
    other.stage()
    assert former.is_dir()
    os.utime(former, (0, 0))
    other.stage()
    assert not former.exists()


@pytest.mark.parametrize("kind", ["pipe", "link"])
def test_a_lock_that_is_not_a_file_is_named(
    store: LocalStore, publish: Publish, tmp_path: Path, kind: str
) -> None:
    store.stage()
    file = Path(store.address, ".pushes", "lock")
    if kind == "pipe":
        os.mkfifo(file)
    else:
        file.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ModelError, match=rf"lock: is a {kind} and not a regular file"):
        publish(store)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("name", ["007", "9" * 19])
def test_a_folder_whose_name_is_not_a_version_number_blocks_nothing(
    store: LocalStore, publish: Publish, name: str
) -> None:
    first = publish(store)
    Path(store.address, name).mkdir()
    assert store.versions() == [first]
    assert publish(store) == store.versions()[-1]


def test_a_released_folder_is_removed(store: LocalStore) -> None:
    folder = store.stage()
    (folder / "half").write_text("")
    store.release(folder)
    assert names(Path(store.address)) == []


def test_retired_versions_are_hidden_then_deleted(
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


def test_a_spared_version_is_not_retired(store: LocalStore, publish: Publish) -> None:
    versions = [publish(store) for _ in range(4)]
    assert store.retire(keep=1, grace_seconds=60, spared=versions[1]) == [
        versions[0],
        versions[2],
    ]
    assert store.versions() == [versions[1], versions[3]]


def test_the_newest_is_never_retired(store: LocalStore, publish: Publish) -> None:
    version = publish(store)
    assert store.retire(keep=0, grace_seconds=0) == []
    assert store.versions() == [version]


def test_a_version_that_another_publisher_retired_is_not_an_error(
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


def test_a_destination_that_cannot_be_written_is_named(
    tmp_path: Path, fill_model: FillModel, origin: Origin
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match=r"file/\.pushes: cannot be written: Not a"):
        LocalStore(tmp_path / "file").stage()
    with pytest.raises(ModelError, match=r"file: cannot be read"):
        LocalStore(tmp_path / "file").versions()


def test_the_largest_number_cannot_be_followed(
    store: LocalStore, publish: Publish
) -> None:
    publish(store)
    Path(store.address, str(2**63 - 1)).mkdir()
    with pytest.raises(ModelError, match="9223372036854775807 is the largest number"):
        publish(store)
    assert len(os.listdir(store.address)) == 3
