"""What is not a regular file is named, and never read."""

import os
import socket
from pathlib import Path

import pytest

from newsdesk import regular
from newsdesk.errors import ModelError
from newsdesk.inspection import operations, signatures
from newsdesk.published import manifest
from newsdesk.published.manifest import Origin
from tests.support.versions import FillModel

KINDS = ["pipe", "device", "link", "socket", "folder"]


@pytest.fixture
def version(tmp_path: Path, fill_model: FillModel, origin: Origin) -> Path:
    fill_model(tmp_path / "1")
    manifest.write(manifest.describe(tmp_path / "1", origin), tmp_path / "1")
    return tmp_path / "1"


def _replace(file: Path, kind: str) -> None:
    file.unlink()
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "device":
        try:
            os.mknod(file, 0o600 | 0o020000, os.makedev(1, 5))
        except PermissionError:
            pytest.skip("making a device needs root")
    elif kind == "link":
        file.symlink_to("/dev/zero")
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as listening:
            os.chdir(file.parent)
            listening.bind(file.name)
    else:
        file.mkdir()


@pytest.mark.parametrize("kind", KINDS)
def test_a_manifest_that_is_not_a_file_is_not_read(
    version: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(version)
    _replace(version / manifest.FILE, kind)
    for look in (manifest.read, manifest.verify):
        with pytest.raises(ModelError) as caught:
            look(version)
        said = (
            f"{version / manifest.FILE}: is a {kind} and not a regular file, so it was"
        )
        assert said in str(caught.value)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_graph_that_is_not_a_file_is_not_read(
    version: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(version)
    _replace(version / "saved_model.pb", kind)
    for look in (manifest.verify, operations.check, signatures.difference):
        with pytest.raises(ModelError, match=r"saved_model\.pb"):
            look(version)


def test_a_file_that_is_replaced_between_the_two_looks_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_text("")
    before = os.lstat(tmp_path / "file")
    monkeypatch.setattr(regular.os, "lstat", lambda _: before)
    with pytest.raises(ModelError, match="pipe: is a pipe"):
        regular.read(tmp_path / "pipe", 10)


def test_a_file_that_is_too_large_is_not_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(bytes(11))
    with pytest.raises(ModelError, match="file: has over 10 bytes"):
        regular.read(file, 10)
    assert regular.read(file, 11) == bytes(11)
