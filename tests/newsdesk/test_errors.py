"""The system's words are found in whatever it raises."""

import errno
import os
import shutil
from pathlib import Path

import pytest
from pydantic import ValidationError

from newsdesk.errors import DataError, first_fault, first_line, printable, reason
from newsdesk.published.manifest import Part


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (os.fsdecode(b"caf\xe9.csv"), "caf\\xe9.csv"),
        ("café.csv", "café.csv"),
        ("key \ud800", "key \\ud800"),
    ],
)
def test_a_sentence_can_be_written_anywhere(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert str(DataError(f"{text}: is empty")) == f"{shown}: is empty"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "a", None, "b"), "No space"),
        (shutil.Error([("a", "b", "[Errno 13] Permission denied: 'b'")]), "Permission"),
        (shutil.Error("`a` and `b` are the same file"), "`a` and `b` are the same"),
        (OSError("odd"), "odd"),
    ],
)
def test_words(error: OSError, words: str) -> None:
    assert reason(error).startswith(words)
    assert "Errno" not in reason(error)
    assert "'b'" not in reason(error)


def test_of_many_files_one_is_enough(small_disk: Path, tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).write_bytes(os.urandom(2 << 20))
    with pytest.raises(shutil.Error) as caught:
        shutil.copytree(
            tmp_path,
            small_disk / "copy",
            ignore=shutil.ignore_patterns(small_disk.name),
        )
    assert reason(caught.value) == "No space left on device"


def test_the_first_fault_names_its_key() -> None:
    with pytest.raises(ValidationError) as caught:
        Part.model_validate({"path": "a", "size": "many", "sha256": "b"})

    assert first_fault(caught.value).startswith("size: Input should be a valid integer")


def test_a_fault_without_a_key_is_of_the_file() -> None:
    with pytest.raises(ValidationError) as caught:
        Part.model_validate_json("no JSON")

    assert first_fault(caught.value).startswith("the file: Invalid JSON")


@pytest.mark.parametrize(
    ("error", "line"),
    [(OSError("  no route\nto host"), "no route"), (KeyError(), "KeyError")],
)
def test_the_first_line_of_an_error(error: Exception, line: str) -> None:
    assert first_line(error) == line
