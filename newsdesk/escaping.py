"""Escapes text from data, so that it cannot control the terminal."""

import json
import re
from collections.abc import Iterator
from typing import Any

# Control characters, line separators that terminals may obey, marks that reorder the
# text around them, and surrogates, which no encoding has.
_ACTIVE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff]"
)

# Characters that a reader cannot see: fillers, joiners, direction marks and tags. They
# control no terminal, and some scripts need them, so `escaped` leaves them.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_HIDDEN = re.compile(f"{_ACTIVE.pattern}|{_INVISIBLE.pattern}")


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


def segments(text: str) -> Iterator[tuple[str, bool]]:
    r"""Divides text into characters that a reader sees and escapes of all others.

    Args:
        text: text from data.

    Yields:
        A piece of the text and False, or an escape such as \x1b or \u200f and True.
    """
    end = 0
    for found in _HIDDEN.finditer(text):
        if found.start() > end:
            yield text[end : found.start()], False
        yield _escape(found[0]), True
        end = found.end()
    if end < len(text):
        yield text[end:], False


def visible(text: str) -> str:
    """Escapes what `one_line` escapes, and characters that a reader cannot see.

    Args:
        text: text from data.

    Returns:
        One line without invisible characters, for pages that people judge texts by.
    """
    return "".join(piece for piece, _ in segments(text))


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
