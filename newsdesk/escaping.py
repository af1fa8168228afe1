"""Shows text from data as data: nothing in it can act on the terminal."""

import json
import re
from typing import Any

# Control characters, line separators that terminals may obey, marks that reorder the
# text around them, and halves of characters, which no encoding has.
_ACTIVE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def escaped(text: str, keep: str = "\n") -> str:
    r"""Replaces every character that a terminal could obey by its escape.

    Args:
        text: anything that may hold labels, cells, file names or reasons.
        keep: characters to leave; nothing where the text must stay on one line.

    Returns:
        The text, with \x1b instead of the character of that number.
    """
    return _ACTIVE.sub(
        lambda found: found[0] if found[0] in keep else _escape(found[0]), text
    )


def one_line(text: str) -> str:
    """Escapes line breaks too.

    Args:
        text: see `escaped`.

    Returns:
        One line that a terminal can show.
    """
    return escaped(text, keep="")


def as_json(value: Any, ascii_only: bool = False) -> str:
    r"""Writes JSON that is safe on a terminal, too.

    Args:
        value: anything that `json.dumps` takes.
        ascii_only: escape whatever is not ASCII, for streams in other encodings.

    Returns:
        One line; what a terminal could obey is written as \uXXXX, in strings.
    """
    text = json.dumps(value, ensure_ascii=ascii_only)
    return _ACTIVE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
