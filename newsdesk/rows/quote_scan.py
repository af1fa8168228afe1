"""Finds the ends of rows in a block of a delimited file, without parsing cells.

Rows whose quotes follow RFC 4180 are found with a few passes over the bytes. The first
row with other quotes ends the search.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

_LINE_FEED, _RETURN, _QUOTE = b'\n\r"'


class Ends(NamedTuple):
    """The rows at the beginning of a block.

    Attributes:
        offsets: int64 [rows], the offset behind the line end of each row.
        lines: int64 [rows], the number of lines up to the end of each row.
        is_clean: whether these are all rows that end in the block.
    """

    offsets: np.ndarray
    lines: np.ndarray
    is_clean: bool


def line_ends(block: bytes) -> Ends:
    """Finds the rows of a block in which each line is a row.

    Args:
        block: a part of a file that begins with a line.

    Returns:
        The ends of all lines.
    """
    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == _LINE_FEED) + 1
    return Ends(ends, np.arange(1, len(ends) + 1), True)


def row_ends(block: bytes, delimiter: str, is_whole: Callable[[bytes], bool]) -> Ends:
    """Finds the rows of a block in which quotes enclose cells.

    Args:
        block: a part of a file that begins with a row.
        delimiter: one ASCII character.
        is_whole: whether some lines, which one quoted cell seems to join, are one row.

    Returns:
        The ends of the rows up to the first row that has to be parsed.
    """
    found = line_ends(block)
    if b'"' not in block:
        return found
    bytes_ = np.frombuffer(block, np.uint8)
    quotes = np.flatnonzero(bytes_ == _QUOTE)
    # Behind an odd number of quotes, a line feed is part of a cell.
    strange = _first_strange(bytes_, quotes, ord(delimiter))
    is_end = np.searchsorted(quotes, found.offsets) % 2 == 0
    is_end &= found.offsets <= strange
    ends, lines = found.offsets[is_end], found.lines[is_end]
    for row in np.flatnonzero(np.diff(lines, prepend=0) > 1):
        begin = ends[row - 1] if row else 0
        if not is_whole(block[begin : ends[row]]):
            return Ends(ends[:row], lines[:row], False)
    return Ends(ends, lines, strange == len(block))


def _first_strange(block: np.ndarray, quotes: np.ndarray, delimiter: int) -> int:
    """Returns the offset of the first quote that neither opens nor closes a cell."""
    # Outside of the block, there is the end of a line or the rest of a row, which the
    # next block begins with.
    padded = np.concatenate([[_LINE_FEED], block, [_LINE_FEED, _LINE_FEED]])
    before = padded[quotes[0::2]]
    opens = (before == delimiter) | (before == _LINE_FEED) | (before == _QUOTE)
    closing = quotes[1::2]
    behind, next_ = padded[closing + 2], padded[closing + 3]
    closes = (behind == delimiter) | (behind == _LINE_FEED) | (behind == _QUOTE)
    closes |= (behind == _RETURN) & (next_ == _LINE_FEED)
    wrong = np.concatenate([quotes[0::2][~opens], closing[~closes]])
    return int(wrong.min()) if len(wrong) else len(block)
