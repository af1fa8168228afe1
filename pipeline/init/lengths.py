"""Proposes how many words of a text the model reads."""

from pipeline.init.texts import Texts

_COVERED = 0.95
# Longer texts take much memory and time, so a person must decide.
_LENGTHS = range(16, 513, 8)


def too_long(texts: Texts) -> tuple[int, int]:
    """Counts the texts that the proposed text.max_length cuts.

    Args:
        texts: the statistics of the rows.

    Returns:
        The length in words, and the number of longer texts; 0 if only a few texts are
        longer.
    """
    length = length_of(texts)
    longer = texts.longer_than(length)
    allowed = (1 - _COVERED) * texts.words.total()
    return length, longer if longer > allowed else 0


def length_of(texts: Texts) -> int:
    """Proposes text.max_length: enough for 19 of 20 texts, within limits.

    Args:
        texts: the statistics of the rows.

    Returns:
        The length in words.
    """
    covered = _quantile(texts, _COVERED)
    return next((n for n in _LENGTHS if n >= covered), _LENGTHS[-1])


def _quantile(texts: Texts, share: float) -> int:
    """Returns the number of words that this share of the texts does not exceed."""
    left = share * texts.words.total()
    for words in sorted(texts.words):
        left -= texts.words[words]
        if left <= 0:
            return words
    return 0
