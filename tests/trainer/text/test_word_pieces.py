"""How the files of a checkpoint say that its texts are split."""

import json
from pathlib import Path
from typing import Any

import pytest

from newsdesk.errors import DataError
from trainer.text import word_pieces


def found(folder: Path, settings: str) -> word_pieces.Pieces:
    (folder / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n\x85\na")
    (folder / "tokenizer_config.json").write_text(settings)
    return word_pieces.of_checkpoint(folder)


@pytest.mark.parametrize(
    ("settings", "lower_case", "strips_accents"),
    [
        ({"do_lower_case": True}, True, True),
        ({"do_lower_case": False}, False, False),
        ({"do_lower_case": True, "strip_accents": None}, True, True),
        ({"do_lower_case": True, "strip_accents": False}, True, False),
        ({"do_lower_case": False, "strip_accents": True}, False, True),
    ],
)
def test_case_and_accents_come_from_the_file(
    tmp_path: Path, settings: dict[str, Any], lower_case: bool, strips_accents: bool
) -> None:
    given = found(tmp_path, json.dumps(settings))

    assert (given.lower_case, given.strips_accents) == (lower_case, strips_accents)
    assert given.names[4:] == ["\x85", "a"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("/etc/passwd", r":5 is '/etc/passwd', which is not a word piece"),
        ("##../x", r":5 is '##\.\./x', which is not a word piece"),
        ("a\0", r":5 is 'a\\x00', which is not a word piece"),
        ("a\na", " names a piece twice"),
    ],
)
def test_a_vocabulary_with_other_lines_is_refused(
    tmp_path: Path, line: str, message: str
) -> None:
    file = tmp_path / "vocab.txt"
    file.write_text(f"[PAD]\n[UNK]\n[CLS]\n[SEP]\n{line}\n/\n##\\\n")
    with pytest.raises(DataError, match=f"^vocabulary: {file}{message}"):
        word_pieces.read(str(file))


def test_punctuation_may_stand_in_a_vocabulary(tmp_path: Path) -> None:
    file = tmp_path / "vocab.txt"
    file.write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n/\n##/\n\\\n...\n")
    assert word_pieces.read(str(file))[4:] == ["/", "##/", "\\", "..."]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("{", "is not JSON"),
        ("[1]", "is a JSON list, not an object"),
        ('{"do_lower_case": null}', "do_lower_case is null, and must be true or false"),
        ('{"do_lower_case": 1}', "do_lower_case is 1, and must be"),
        (
            '{"do_lower_case": true, "tokenize_chinese_chars": false}',
            "tokenize_chinese_chars is false, and must be true",
        ),
    ],
)
def test_unsupported_settings_are_refused(
    tmp_path: Path, settings: str, message: str
) -> None:
    with pytest.raises(DataError, match=f"tokenizer_config.json: {message}"):
        found(tmp_path, settings)
