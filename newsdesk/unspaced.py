"""Recognizes texts of scripts that put no spaces between words."""

import re

_EAST_ASIAN = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_SOUTH_EAST_ASIAN = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_CHINESE = re.compile(f"[{_EAST_ASIAN}]")
_THAI = re.compile(f"[{_SOUTH_EAST_ASIAN}]")
_KATAKANA = r"\u30a0-\u30ff"
# Vowels and tones that are written around the letter before them.
_SIGNS = (
    r"\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"
    r"\u102b-\u103e\u17b4-\u17d3"
)
_CHARACTER = re.compile(
    f"[{_KATAKANA}]+|[{_EAST_ASIAN}]|[{_SOUTH_EAST_ASIAN}][{_SIGNS}]*"
    f"|[^{_EAST_ASIAN}{_SOUTH_EAST_ASIAN}]+"
)
# A longer piece between two spaces is not a single word.
_LONGEST_CHINESE = 8
_LONGEST_THAI = 20


def is_unspaced(text: str) -> bool:
    """Decides whether a text has no spaces between words, as in Chinese or Thai.

    Args:
        text: any text.

    Returns:
        Whether a piece between two spaces is longer than a word of these scripts.
    """
    if text.isascii():
        return False
    return any(
        len(_CHINESE.findall(piece)) > _LONGEST_CHINESE
        or len(_THAI.findall(piece)) > _LONGEST_THAI
        for piece in text.split()
    )


def characters(text: str) -> list[tuple[int, int]]:
    """Divides a text without spaces into the smallest parts that mean something.

    Args:
        text: a piece between two spaces.

    Returns:
        Where each character begins and ends, with the signs above and below it. Words
        in Katakana, and what is written in other scripts, stay whole.
    """
    return [match.span() for match in _CHARACTER.finditer(text)]
