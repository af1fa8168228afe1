"""An earlier version is published again, unless it cannot be trusted."""

import os
import re
from pathlib import Path

import pytest

from newsdesk.errors import ConfigError, ModelError
from newsdesk.published import manifest
from newsdesk.published.in_service import newest
from newsdesk.published.local_store import LocalStore
from newsdesk.published.rollback import roll_back
from tests.support.destination import names
from tests.support.versions import Publish


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalStore:
    # The models of these tests hold no graph; operations have tests of their own.
    monkeypatch.setattr("newsdesk.published.rollback.operations.check", lambda *_: None)
    return LocalStore(tmp_path / "serving")


@pytest.fixture
def versions(store: LocalStore, publish: Publish) -> list[int]:
    """A good model, and a bad one after it."""
    return [
        publish(store, graph=b"good", run_key="good", metrics={"accuracy": 0.9}),
        publish(
            store, graph=b"bad", run_key="bad", data_digest="more", metrics={"f": 0.9}
        ),
    ]


def test_the_model_before_becomes_the_newest_version(
    store: LocalStore, versions: list[int]
) -> None:
    first, second = versions
    done = roll_back(store.address)
    version = done.version
    assert (done.copied, done.damaged) == (first, None)
    assert store.versions() == [first, second, version]
    found = store.verify(version)
    assert found.model_digest == store.manifest(first).model_digest
    assert found.origin.metrics == {"accuracy": 0.9}
    assert found.origin.restored == first
    # A run of the same data has nothing to do, and does not push the bad one again.
    assert (found.origin.run_key, found.origin.data_digest) == ("bad", "more")
    assert found.origin.withdrawn == [store.manifest(second).model_digest]


def test_any_earlier_version_can_be_chosen(
    store: LocalStore, versions: list[int], publish: Publish
) -> None:
    latest = publish(store, graph=b"newest")
    done = roll_back(store.address, versions[0])
    assert done.copied == versions[0]
    assert done.version > latest


def test_a_second_rollback_goes_further_back(
    store: LocalStore, versions: list[int], publish: Publish
) -> None:
    publish(store, graph=b"worse")
    assert roll_back(store.address).copied == versions[1]
    done = roll_back(store.address)
    assert done.copied == versions[0]
    withdrawn = store.manifest(done.version).origin.withdrawn
    assert store.manifest(versions[1]).model_digest in withdrawn
    assert len(withdrawn) == 2
    with pytest.raises(ConfigError, match="no version to roll back to"):
        roll_back(store.address)


def test_a_withdrawn_model_that_is_chosen_is_not_withdrawn_any_more(
    store: LocalStore, versions: list[int]
) -> None:
    roll_back(store.address)
    done = roll_back(store.address, versions[1])
    good = store.manifest(versions[0]).model_digest
    assert store.manifest(done.version).origin.withdrawn == [good]


@pytest.mark.parametrize("there", [0, 1])
def test_without_an_earlier_version_nothing_is_rolled_back(
    store: LocalStore, publish: Publish, there: int
) -> None:
    versions = [publish(store) for _ in range(there)]
    listed = re.escape(", ".join(map(str, versions)) or "none")
    with pytest.raises(ConfigError, match=rf"\(versions: {listed}\); choose one with"):
        roll_back(store.address)
    assert store.versions() == versions


def test_the_newest_version_cannot_be_chosen(
    store: LocalStore, versions: list[int]
) -> None:
    with pytest.raises(ConfigError, match="no version to roll back to"):
        roll_back(store.address, versions[-1])


def test_an_altered_version_is_not_published_again(
    store: LocalStore, versions: list[int]
) -> None:
    Path(store.address, str(versions[0]), "saved_model.pb").write_bytes(b"other")
    with pytest.raises(ModelError, match=r"saved_model\.pb was altered"):
        roll_back(store.address)
    _assert_only(store, versions)


def test_a_version_with_a_forbidden_operation_is_not_published_again(
    store: LocalStore, versions: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path, _: object) -> None:
        raise ModelError(f"{folder}: has the operation WriteFile")

    monkeypatch.setattr("newsdesk.published.rollback.operations.check", refuse)
    with pytest.raises(ModelError, match="WriteFile"):
        roll_back(store.address)
    _assert_only(store, versions)


@pytest.mark.parametrize("damage", ["empty", "missing", "pipe", "digest"])
@pytest.mark.parametrize("to", [None, 0])
def test_a_newest_version_with_a_damaged_manifest_is_rolled_back_over(
    store: LocalStore, versions: list[int], damage: str, to: int | None
) -> None:
    file = Path(store.address, str(versions[-1]), manifest.FILE)
    _damage(file, damage)
    with pytest.raises(ModelError, match="put the version before it back with"):
        newest(store.address)
    done = roll_back(store.address, None if to is None else versions[to])
    assert done.copied == versions[0]
    assert str(file) in (done.damaged or "")
    found = newest(store.address)
    assert found is not None
    # The model is that of the first version, and its inputs are what it came of.
    first = store.manifest(versions[0])
    assert found.manifest.model_digest == first.model_digest
    assert found.manifest.origin == first.origin


def test_a_rollback_skips_damaged_versions(
    store: LocalStore,
    versions: list[int],
    publish: Publish,
    caplog: pytest.LogCaptureFixture,
) -> None:
    publish(store, graph=b"newest")
    _damage(Path(store.address, str(versions[1]), manifest.FILE), "empty")
    assert roll_back(store.address).copied == versions[0]
    assert f"version {versions[1]} is damaged and was skipped: " in caplog.text


def test_a_damaged_version_alone_must_be_removed(
    store: LocalStore, publish: Publish
) -> None:
    version = publish(store)
    _damage(Path(store.address, str(version), manifest.FILE), "empty")
    with pytest.raises(ConfigError, match=f"remove the folder of version {version}"):
        roll_back(store.address)


def test_a_store_that_cannot_be_reached_is_not_rolled_back_over(
    store: LocalStore, versions: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ModelError("s3://x: cannot be read: the network is down")

    monkeypatch.setattr(LocalStore, "manifest", fail)
    with pytest.raises(ModelError, match="network is down"):
        roll_back(store.address, versions[0])
    assert store.versions() == versions


def _damage(file: Path, how: str) -> None:
    content = file.read_bytes()
    file.unlink()
    if how == "pipe":
        os.mkfifo(file)
    elif how != "missing":
        file.write_bytes(b"" if how == "empty" else content.replace(b"0.9", b"0.8"))


def _assert_only(store: LocalStore, versions: list[int]) -> None:
    """Nothing was published, and nothing staged was left behind."""
    assert names(Path(store.address)) == [str(version) for version in versions]
    assert manifest.verify(Path(store.address, str(versions[-1])))


def test_an_earlier_version_that_was_altered_is_skipped(
    store: LocalStore, versions: list[int], publish: Publish
) -> None:
    publish(store, graph=b"worse")
    Path(store.address, str(versions[1]), "saved_model.pb").write_bytes(b"altered")
    assert roll_back(store.address).copied == versions[0]
