"""The newest version is in service; one that cannot be trusted is an error."""

from pathlib import Path

import pytest

from newsdesk.errors import ModelError
from newsdesk.published import manifest
from newsdesk.published.in_service import newest
from newsdesk.published.local_store import LocalStore
from tests.support.versions import Publish


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "serving")


def test_an_empty_store_has_no_model_in_service(store: LocalStore) -> None:
    assert newest(store.address) is None


def test_the_newest_of_several_is_found(store: LocalStore, publish: Publish) -> None:
    publish(store, labels=["old", "labels"])
    version = publish(store, labels=["new", "labels"])
    found = newest(store.address)
    assert found is not None
    assert found.version == version
    assert found.manifest.origin.labels == ["new", "labels"]


def test_an_older_version_does_not_replace_a_newest_without_manifest(
    store: LocalStore, publish: Publish
) -> None:
    publish(store)
    Path(store.address, "9999999999999").mkdir()
    with pytest.raises(ModelError, match=r"9999999999999/.*cannot be read"):
        newest(store.address)


def test_an_altered_manifest_is_an_error(store: LocalStore, publish: Publish) -> None:
    file = Path(store.address, str(publish(store)), manifest.FILE)
    file.write_bytes(file.read_bytes().replace(b'"accuracy": 0.9', b'"accuracy": 0.8'))
    with pytest.raises(ModelError, match="was altered"):
        newest(store.address)


def test_a_destination_that_is_not_a_folder_is_an_error(store: LocalStore) -> None:
    Path(store.address).write_text("")
    with pytest.raises(ModelError, match="cannot be read"):
        newest(store.address)
