"""A lost or damaged database is set aside with a warning, and the root still works."""

import os
import sqlite3
from pathlib import Path

import pytest

from pipeline.local import database


def _root(folder: Path, content: bytes | None) -> Path:
    made = folder / "artifacts" / "Trainer" / "model" / "1"
    made.mkdir(parents=True)
    if content is not None:
        (folder / "metadata.sqlite").write_bytes(content)
    return folder


def test_a_new_root_has_no_fault(tmp_path: Path) -> None:
    assert database.set_aside(tmp_path) == ""
    assert database.set_aside(tmp_path / "none") == ""


def test_a_whole_database_stays(tmp_path: Path) -> None:
    root = _root(tmp_path, None)
    with sqlite3.connect(root / "metadata.sqlite") as connection:
        connection.execute("CREATE TABLE x (y)")
    assert database.set_aside(root) == ""
    assert (root / "artifacts" / "Trainer" / "model" / "1").is_dir()


@pytest.mark.parametrize(
    ("content", "fault"),
    [(None, "is missing"), (b"", "is missing"), (b"x" * 5000, "is damaged")],
)
def test_artifacts_without_a_database_are_set_aside(
    tmp_path: Path, content: bytes | None, fault: str
) -> None:
    root = _root(tmp_path, content)
    (root / "artifacts.unusable-1").mkdir()
    said = database.set_aside(root)
    assert said.startswith(f"{root}/metadata.sqlite {fault}: the results of earlier")
    assert (root / "artifacts.unusable-2" / "Trainer" / "model" / "1").is_dir()
    assert not (root / "artifacts").exists()
    assert not (root / "metadata.sqlite").exists()
    assert database.set_aside(root) == ""


def test_a_flipped_page_is_detected(tmp_path: Path) -> None:
    root = _root(tmp_path, None)
    file = root / "metadata.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE x (y TEXT)")
        connection.executemany("INSERT INTO x VALUES (?)", [["a" * 500]] * 100)
    content = bytearray(file.read_bytes())
    content[4096] ^= 0xFF
    file.write_bytes(content)
    assert database.fault(root) == "is damaged"


def _altered(root: Path, before: bytes, after: bytes) -> None:
    """Replaces the first occurrence of some bytes in the database."""
    file = root / "metadata.sqlite"
    content = file.read_bytes()
    assert before in content
    file.write_bytes(content.replace(before, after, 1))


def test_a_flipped_bit_of_an_indexed_path_is_detected(tmp_path: Path) -> None:
    root = _root(tmp_path, None)
    with sqlite3.connect(root / "metadata.sqlite") as connection:
        connection.execute("CREATE TABLE x (uri TEXT)")
        connection.execute("CREATE INDEX i ON x (uri)")
        connection.execute("INSERT INTO x VALUES ('/root/Trainer/model/9')")
    assert database.fault(root) == ""
    _altered(root, b"model/9", b"model/8")
    assert database.fault(root) == "is damaged"


def test_text_in_a_column_of_integers_is_detected(tmp_path: Path) -> None:
    root = _root(tmp_path, None)
    with sqlite3.connect(root / "metadata.sqlite") as connection:
        connection.execute("CREATE TABLE x (step_index INT, step_key TEXT)")
        connection.execute("INSERT INTO x VALUES (258, 'model')")
    assert database.fault(root) == ""
    # A record's header: 2 is an integer of two bytes, 17 a text of two bytes.
    _altered(root, b"\x03\x02\x17\x01\x02model", b"\x03\x11\x17\x01\x02model")
    assert database.fault(root) == "is damaged"


def test_a_folder_instead_of_a_database_is_set_aside(tmp_path: Path) -> None:
    root = _root(tmp_path, None)
    (root / "metadata.sqlite").mkdir()
    assert "metadata.sqlite is not a file: " in database.set_aside(root)


def test_a_broken_link_is_set_aside(tmp_path: Path) -> None:
    root = _root(tmp_path, None)
    file = root / "metadata.sqlite"
    file.symlink_to(tmp_path / "elsewhere")
    assert "metadata.sqlite is not a file: " in database.set_aside(root)
    assert not os.path.lexists(file)
