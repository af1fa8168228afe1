"""Escapes text from data, so that it cannot control the terminal."""

import json
import re
from typing import Any

# Control characters, line separators that terminals may obey, marks that reorder the
# text around them, and surrogates, which no encoding has.
_ACTIVE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def escaped(text: str, keep: str = "\n") -> str:
    r"""Escapes every character that could control a terminal.

    Args:
        text: text that may contain labels, cells, file names or error messages.
        keep: characters that are not escaped; "" if the text must be one line.

    Returns:
        The text, with for example \x1b instead of the character with this number.
    """
    return _ACTIVE.sub(
        lambda found: found[0] if found[0] in keep else _escape(found[0]), text
    )


def one_line(text: str) -> str:
    """Escapes text and its line breaks.

    Args:
        text: see `escaped`.

    Returns:
        One line that a terminal can show.
    """
    return escaped(text, keep="")


def as_json(value: Any, ascii_only: bool = False) -> str:
    r"""Formats a value as JSON that is safe on a terminal.

    Args:
        value: anything that `json.dumps` takes.
        ascii_only: whether to escape all characters but ASCII, for other encodings.

    Returns:
        One line; characters that could control a terminal are written as \uXXXX.
    """
    text = json.dumps(value, ensure_ascii=ascii_only)
    return _ACTIVE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
