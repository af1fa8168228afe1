"""Recognizes texts of scripts that put no spaces between words."""

import re

_CHINESE = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_THAI = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
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
