"""A file is replaced whole or not at all."""

import os
from pathlib import Path

import pytest

from newsdesk import atomic


def test_the_content_and_the_name_reach_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    monkeypatch.setattr(
        os, "fsync", lambda fd: synced.append(os.readlink(f"/proc/self/fd/{fd}"))
    )

    atomic.write_text(tmp_path / "file", "new")

    aside = str(tmp_path / f".writing-{os.getpid()}-file")
    assert synced == [aside, str(tmp_path)]
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("error", [OSError("full"), KeyboardInterrupt()])
def test_an_error_leaves_the_file_as_it_was(
    tmp_path: Path, error: BaseException
) -> None:
    file = tmp_path / "file"
    file.write_text("old")

    with pytest.raises(type(error)), atomic.replacing(file) as stream:
        stream.write(b"half")
        raise error
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("other")
    aside = tmp_path / f".writing-{os.getpid()}-file"
    for link in (aside, tmp_path / "file"):
        link.symlink_to(tmp_path / "other")

    atomic.write_text(tmp_path / "file", "new")

    assert (tmp_path / "other").read_text() == "other"
    assert (tmp_path / "file").read_text() == "new"
    assert not (tmp_path / "file").is_symlink()


def test_bytes_that_are_not_utf_8_can_be_written(tmp_path: Path) -> None:
    atomic.write_text(tmp_path / "file", "\udcff", "surrogateescape")

    assert (tmp_path / "file").read_bytes() == b"\xff"
