"""The attention of a text as rows of a table of percent."""

import math
from dataclasses import dataclass

from newsdesk.report.content import Explained, WordWeight
from newsdesk.report.heat import signed_class, step
from newsdesk.report.numbers import MISSING

# More columns cannot be read on any screen.
MOST_TOKENS = 40
MOST_WORDS = 200
# The strongest colour is at least so many times an equal share of the attention.
_PALE = 4


@dataclass(frozen=True)
class Attention:
    """The matrix of a text.

    Attributes:
        tokens: of rows and columns.
        rows: by token, percent and class of the colour for each token; a dash instead
            of a percentage that is not finite.
        left_out: how many tokens are not shown.
    """

    tokens: list[str]
    rows: list[tuple[str, list[tuple[int | str, str]]]]
    left_out: int


def attention(explained: Explained) -> Attention:
    """Prepares the matrix of a text.

    Args:
        explained: the text with its tokens.

    Returns:
        The matrix of the first tokens.
    """
    tokens = explained.tokens[:MOST_TOKENS]
    shares = [row[: len(tokens)] for row in explained.attention[: len(tokens)]]
    # Equal shares are pale, so that small differences do not look large.
    pale = _PALE / max(len(explained.tokens), 1)
    highest = max((cell for row in shares for cell in row), default=1.0)
    highest = max(highest, pale)
    rows = [
        (token, [(_percent(cell), f"h{step(cell, highest)}") for cell in row])
        for token, row in zip(tokens, shares, strict=True)
    ]
    return Attention(tokens, rows, len(explained.tokens) - len(tokens))


def words(explained: Explained) -> list[tuple[WordWeight, str]]:
    """Colours the words of a text.

    Args:
        explained: the text with the weights of its words.

    Returns:
        The first words with the classes of their colours; the strongest colour is the
        largest weight of the text.
    """
    highest = max((abs(one.weight) for one in explained.words), default=0.0)
    return [
        (one, signed_class(one.weight, highest)) for one in explained.words[:MOST_WORDS]
    ]


def strongest(explained: Explained) -> list[WordWeight]:
    """Lists the words that move the answer most.

    Args:
        explained: the text with the weights of its words.

    Returns:
        Up to ten words, those with the largest weights first.
    """
    moving = (one for one in explained.words if one.weight)
    return sorted(moving, key=lambda one: -abs(one.weight))[:10]


def _percent(share: float) -> int | str:
    return round(100 * share) if math.isfinite(share) else MISSING
