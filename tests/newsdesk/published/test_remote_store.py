"""The same promises on an object store, with the server of moto instead of S3."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from newsdesk.errors import ModelError
from newsdesk.published import manifest
from newsdesk.published.remote_store import RemoteStore, connected
from newsdesk.published.stores import store
from newsdesk.published.successors import Successors
from tests.support import s3
from tests.support.versions import FillModel, Publish

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def remote(
    endpoint: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> RemoteStore:
    """A bucket of its own for each test."""
    import s3fs

    for name, value in s3.environment(endpoint).items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    bucket = f"bucket-{abs(hash(request.node.name))}"
    s3fs.S3FileSystem().mkdir(bucket)
    found = store(f"s3://{bucket}/models/news/")
    assert isinstance(found, RemoteStore)
    return found


def files(remote: RemoteStore) -> Any:
    """The file system of a store; fsspec has one object for each address."""
    return connected(remote.address)[0]


def root(remote: RemoteStore) -> str:
    """The address of a store, as its file system writes it."""
    return connected(remote.address)[1]


def test_nothing_published_is_no_error(remote: RemoteStore) -> None:
    assert remote.versions() == []


def test_a_published_version_can_be_fetched_and_verified(
    remote: RemoteStore, publish: Publish, tmp_path: Path
) -> None:
    first, second = publish(remote), publish(remote)
    assert remote.versions() == [first, second]
    assert first < second
    assert remote.fetch(first, tmp_path / "copy") == remote.manifest(first)
    assert remote.verify(second).origin.labels == ["a", "b"]
    assert (tmp_path / "copy" / "variables" / "variables.index").exists()


def test_a_signature_is_in_the_store_before_the_manifest(
    remote: RemoteStore,
    fill_model: FillModel,
    origin: manifest.Origin,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = remote.stage()
    fill_model(folder)
    described = manifest.describe(folder, origin)
    manifest.write(described, folder)
    (folder / manifest.SIGNATURE).write_bytes(b"signature")
    there: list[bool] = []
    succeed = Successors.succeed

    def look(
        successors: Successors, over: int | None, version: int, written: bytes
    ) -> bool:
        there.append(
            files(remote).exists(f"{root(remote)}/{version}/{manifest.SIGNATURE}")
        )
        return succeed(successors, over, version, written)

    monkeypatch.setattr(Successors, "succeed", look)
    version = remote.publish(folder, described, None)
    assert there == [True]
    remote.fetch(version, tmp_path / "copy")
    assert (tmp_path / "copy" / manifest.SIGNATURE).read_bytes() == b"signature"


def test_an_upload_without_its_manifest_is_not_a_version(
    remote: RemoteStore, fill_model: FillModel, publish: Publish, tmp_path: Path
) -> None:
    fill_model(tmp_path / "model")
    files(remote).put(
        str(tmp_path / "model"), f"{root(remote)}/9999999999999", recursive=True
    )
    assert remote.versions() == []
    assert publish(remote) == 10000000000000


def test_a_killed_upload_leaves_the_earlier_version_newest(
    remote: RemoteStore,
    publish: Publish,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    version = publish(remote)

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(files(remote), "put_file", dies)
        publish(remote)
    assert remote.versions() == [version]
    assert publish(remote) > version + 1


def test_a_graph_is_visible_only_after_the_files_that_it_reads(
    remote: RemoteStore, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    put, pipe, copy = (
        files(remote).put_file,
        files(remote).pipe_file,
        files(remote).cp_file,
    )

    def putting(file: str, there: str) -> None:
        seen.append(there)
        put(file, there)

    def piping(there: str, *rest: object, **more: object) -> None:
        seen.append(there)
        pipe(there, *rest, **more)

    def copying(there: str, to: str) -> None:
        seen.append(to)
        copy(there, to)

    monkeypatch.setattr(files(remote), "put_file", putting)
    monkeypatch.setattr(files(remote), "pipe_file", piping)
    monkeypatch.setattr(files(remote), "cp_file", copying)
    version = publish(remote)
    marks = (f"/models/news/{version}/", "/.claims/after-nothing")
    names = [there for there in seen if any(mark in there for mark in marks)]
    # No graph before the decision that this is the next version.
    assert [name.rpartition("/")[2] for name in names] == [
        "variables.index",
        "after-nothing-0",
        "saved_model.pb",
        "manifest.json",
        "after-nothing-0",
    ]


def test_only_one_of_several_publishers_follows_a_version(
    remote: RemoteStore, publish: Publish
) -> None:
    found: list[object] = []

    def work() -> None:
        try:
            found.append(publish(RemoteStore(remote.address)))
        except ModelError as error:
            found.append(str(error))

    several = [threading.Thread(target=work) for _ in range(4)]
    for one in several:
        one.start()
    for one in several:
        one.join()
    (version,) = remote.versions()
    refused = f"version {version} came into service during this run"
    assert found.count(version) == 1
    assert sum(refused in str(one) for one in found) == 3
    remote.verify(version)
    assert publish(remote) > version


def test_a_model_that_was_compared_with_another_version_is_refused(
    remote: RemoteStore, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(remote)
    put = files(remote).put_file
    second: list[int] = []

    def putting(file: str, there: str) -> None:
        put(file, there)
        if not second:
            second.append(0)
            second[:] = [publish(RemoteStore(remote.address), graph=b"other")]

    monkeypatch.setattr(files(remote), "put_file", putting)
    with pytest.raises(ModelError, match="was not compared with it, so nothing was"):
        publish(remote)
    # Not even its graph is there, which TensorFlow Serving would load.
    assert remote.versions() == [first, *second]
    assert not [
        name
        for name in files(remote).find(root(remote))
        if name.endswith("saved_model.pb") and f"/{first}/" not in name
        if f"/{second[0]}/" not in name
    ]


def test_a_push_that_died_after_its_claim_is_completed_by_the_next(
    remote: RemoteStore, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(remote)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(files(remote), "cp_file", dies)
        publish(remote, graph=b"claimed")
    assert remote.versions() == [first]
    with pytest.raises(ModelError, match="came into service during this run"):
        publish(remote)
    second = remote.versions()[-1]
    assert second > first
    remote.verify(second)
    assert publish(remote) > second


def test_a_version_that_was_removed_by_hand_can_be_followed_again(
    remote: RemoteStore, publish: Publish
) -> None:
    first, second = publish(remote), publish(remote, graph=b"bad")
    files(remote).rm(f"{root(remote)}/{second}", recursive=True)
    third = publish(remote, graph=b"good")
    assert remote.versions() == [first, third]


@pytest.mark.parametrize("name", ["notes.txt", "²", "7 (copy)", "1" * 40, "folder/x"])
def test_a_stray_object_among_the_claims_is_named_and_blocks_nothing(
    remote: RemoteStore, publish: Publish, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    files(remote).pipe_file(f"{root(remote)}/.claims/{name}", b"?")
    assert [publish(remote), publish(remote)] == remote.versions()
    stray = f"{remote.address}/.claims/{name.partition('/')[0]}: is not a claim"
    assert stray in caplog.text


def test_altered_missing_and_new_objects_are_found(
    remote: RemoteStore, publish: Publish
) -> None:
    version = publish(remote)
    at = f"{root(remote)}/{version}"
    for name, fault in (
        ("saved_model.pb", "saved_model.pb was altered"),
        ("variables/new", "variables/new is not in the manifest"),
    ):
        files(remote).pipe_file(f"{at}/{name}", b"grapf")
        with pytest.raises(ModelError, match=fault):
            remote.verify(version)
    files(remote).rm_file(f"{at}/saved_model.pb")
    with pytest.raises(ModelError, match=r"saved_model\.pb is missing"):
        remote.verify(version)


def test_an_altered_manifest_is_found(remote: RemoteStore, publish: Publish) -> None:
    version = publish(remote)
    place = f"{root(remote)}/{version}/{manifest.FILE}"
    written = files(remote).cat_file(place)
    files(remote).pipe_file(place, written.replace(b"0.9", b"0.8"))
    with pytest.raises(ModelError, match="altered"):
        remote.manifest(version)


def test_markers_of_folders_are_ignored(
    remote: RemoteStore, publish: Publish, tmp_path: Path
) -> None:
    version = publish(remote)
    client = files(remote)
    for name in ("", "variables/", "assets/"):
        client.call_s3(
            "put_object",
            Bucket=root(remote).partition("/")[0],
            Key=f"models/news/{version}/{name}",
            Body=b"",
        )
    assert remote.versions() == [version]
    remote.fetch(version, tmp_path / "copy")


def test_retired_versions_are_hidden_then_deleted(
    remote: RemoteStore, publish: Publish
) -> None:
    versions = [publish(remote) for _ in range(3)]
    assert remote.retire(keep=1, grace_seconds=60) == versions[:2]
    assert remote.versions() == versions[2:]
    assert files(remote).find(f"{root(remote)}/{versions[0]}")
    assert remote.retire(keep=1, grace_seconds=0) == []
    assert not files(remote).find(f"{root(remote)}/{versions[0]}")
    assert remote.retire(keep=0, grace_seconds=0) == []
    assert remote.versions() == versions[2:]


def test_a_version_that_a_dead_retirement_left_visible_stays(
    remote: RemoteStore, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = [publish(remote) for _ in range(2)]

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(files(remote), "rm_file", dies)
        remote.retire(keep=1, grace_seconds=0)
    assert remote.versions() == versions
    assert remote.retire(keep=2, grace_seconds=0) == []
    assert remote.verify(versions[0])
    assert not files(remote).find(f"{root(remote)}/.retired")


def test_a_version_is_published_even_if_the_cleanup_fails(
    remote: RemoteStore,
    publish: Publish,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fails(*_: object) -> None:
        raise OSError("slow down")

    monkeypatch.setattr(files(remote), "rm_file", fails)
    version = publish(remote)
    assert remote.versions() == [version]
    assert f"version {version} is in service: " in caplog.text


def test_an_unreachable_store_gives_one_sentence(
    remote: RemoteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    import s3fs

    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(ModelError, match=r"s3://x/y: cannot be read: .*credentials"):
        RemoteStore("s3://x/y").versions()


def test_an_altered_version_is_named_by_its_address(
    remote: RemoteStore, publish: Publish
) -> None:
    version = publish(remote)
    files(remote).pipe_file(f"{root(remote)}/{version}/saved_model.pb", b"grapf")
    with pytest.raises(ModelError, match=rf"^{remote.address}/{version}: saved_model"):
        remote.verify(version)
