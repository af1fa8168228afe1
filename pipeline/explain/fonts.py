"""Finds fonts that have the characters of a text."""

import functools
import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import matplotlib
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from newsdesk.escaping import one_line

# From this version on, matplotlib orders text from right to left itself.
_ORDERS_TEXT = matplotlib.__version_info__ >= (3, 11)
# Tried first, because fonts whose names contain one of these cover the most scripts.
_LARGE = ("noto", "cjk", "unifont", "gothic", "arial", "droid")


class Fonts:
    """Matplotlib's own font, and the fonts of the system for what it lacks."""

    def __init__(self) -> None:
        self._own = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")

    def fit(self, text: str) -> tuple[str, Path]:
        r"""Chooses a font for one line of text.

        Args:
            text: any text; control characters and marks of direction are escaped.

        Returns:
            The text as it must be drawn, and the file of the font. If no font has all
            characters, those that matplotlib's own font lacks are written as \uNNNN.
        """
        line = one_line(text)
        needed = set(map(ord, line))
        if needed <= self._characters:
            return _ordered(line), self._own
        for path in self._others:
            if needed <= _characters(path):
                return _ordered(line), Path(path)
        return _ordered("".join(map(self._or_escape, line))), self._own

    def _or_escape(self, character: str) -> str:
        if ord(character) in self._characters:
            return character
        return character.encode("unicode_escape").decode("ascii")

    @functools.cached_property
    def _characters(self) -> set[int]:
        return _characters(str(self._own))

    @functools.cached_property
    def _others(self) -> list[str]:
        found = [str(path) for path in font_manager.findSystemFonts()]
        return sorted(found, key=lambda path: (not _is_large(path), path))


def _is_large(path: str) -> bool:
    return any(name in os.path.basename(path).lower() for name in _LARGE)


# A picture has up to 100 labels, and a system may have hundreds of fonts.
@functools.cache
def _characters(path: str) -> set[int]:
    try:
        font = FT2Font(path)
    except (OSError, RuntimeError):
        return set()
    # Matplotlib cannot draw fonts of bitmaps, as those of coloured emoji are.
    return set(font.get_charmap()) if font.scalable else set()


def _ordered(line: str) -> str:
    """Turns text of a script from right to left, because it is drawn from the left."""
    if _ORDERS_TEXT or not any(
        unicodedata.bidirectional(character) in ("R", "AL") for character in line
    ):
        return line
    return "".join(reversed(list(_clusters(line))))


def _clusters(line: str) -> Iterator[str]:
    """Characters, each with the marks above and below it."""
    cluster = ""
    for character in line:
        if cluster and not unicodedata.combining(character):
            yield cluster
            cluster = ""
        cluster += character
    yield cluster
