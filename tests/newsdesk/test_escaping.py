"""What comes from data is shown, and does nothing."""

import json

import pytest

from newsdesk.escaping import as_json, escaped, one_line, segments, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("a\rb\x7f", r"a\rb\x7f"),
        ("\u202eabc\u2066", r"\u202eabc\u2066"),
        ("a\u200e\u200fb\u061c", r"a\u200e\u200fb\u061c"),
        ("file\udcff", r"file\udcff"),
        ("عربي 🚀 né [X-12] :100:", "عربي 🚀 né [X-12] :100:"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_what_a_terminal_could_obey_is_shown(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_a_cell_stays_on_its_line() -> None:
    assert one_line("a\nb\u2028c") == r"a\nb\u2028c"


@pytest.mark.parametrize("ascii_only", [False, True])
def test_json_stays_json(ascii_only: bool) -> None:
    value = {"a\x9b": "\x1b[2J\x85\u202e\udcff\n é 🚀"}
    text = as_json(value, ascii_only)
    assert json.loads(text) == value
    assert escaped(text, keep="") == text
    assert text.isascii() == ascii_only


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u200bb\u200f\ufeff", r"a\u200bb\u200f\ufeff"),
        ("\x1b[31m\n\u202e", r"\x1b[31m\n\u202e"),
        ("\U000e0041\u00ad\u061c", r"\U000e0041\xad\u061c"),
        ("عربي 🚀 né", "عربي 🚀 né"),
    ],
)
def test_what_a_reader_cannot_see_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_escapes_are_told_from_text_that_looks_like_them() -> None:
    assert list(segments("\\x1b\x1bz")) == [
        ("\\x1b", False),
        ("\\x1b", True),
        ("z", False),
    ]
