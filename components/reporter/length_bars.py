"""Sums the lengths of texts up to the bars of a chart."""

import math
from collections.abc import Mapping

MOST_BARS = 40
# A single very long text must not press all others into one bar.
_LONGEST = 4
_COVERED = 0.95


def bars(
    counts: Mapping[int, int], limit: int | None = None
) -> tuple[list[float], list[int]]:
    """Sums rows up by ranges of lengths.

    Args:
        counts: rows by number of tokens.
        limit: the most tokens that the model reads; it is within the bars.

    Returns:
        The bounds of the bars, in tokens, and the rows of each bar, one fewer; both
        are empty without rows. The bars have the same width, a bar has the lengths
        from its lower bound to below its upper one, and the last bar also has longer
        texts.
    """
    if not counts:
        return [], []
    end = _end(counts, limit)
    width = math.ceil(end / MOST_BARS)
    rows = [0] * math.ceil(end / width)
    for tokens, texts in counts.items():
        rows[min(tokens // width, len(rows) - 1)] += texts
    return [float(width * bar) for bar in range(len(rows) + 1)], rows


def _end(counts: Mapping[int, int], limit: int | None) -> int:
    """Where the bars end: after the longest text, unless it is an exception."""
    longest = min(max(counts), _LONGEST * max(_usual(counts), 1))
    return max(longest, limit or 0) + 1


def _usual(counts: Mapping[int, int]) -> int:
    """The length that most texts do not exceed."""
    needed, seen = _COVERED * sum(counts.values()), 0
    for tokens, texts in sorted(counts.items()):
        seen += texts
        if seen >= needed:
            return tokens
    return 0
