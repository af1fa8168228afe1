"""The words of an explanation as they are shown, with their weights."""

from collections.abc import Iterator
from dataclasses import dataclass

from newsdesk.escaping import one_line
from newsdesk.explaining.words import spans
from newsdesk.report.content import Explained, WordWeight

# With less, no colour is full, so that noise does not look like a reason.
_FULL_COLOUR = 0.01


@dataclass(frozen=True)
class ShownWord:
    """A word in its text.

    Attributes:
        text: of the word, in one line.
        weight: how much it moves the probability, between -1 and 1.
        share: the weight as a share of the full colour, between -1 and 1.
        is_apart: whether a space is before it.
    """

    text: str
    weight: float
    share: float
    is_apart: bool


def shown(explained: Explained) -> Iterator[ShownWord]:
    """Prepares the words of a text.

    Args:
        explained: the text with the weights of its words.

    Yields:
        The words in the order of the text.
    """
    largest = max((abs(word.weight) for word in explained.words), default=0.0)
    scale = max(largest, _FULL_COLOUR)
    end = 0
    found = spans(explained.text)
    for (begin, following), word in zip(found, explained.words, strict=True):
        is_apart = bool(end) and begin > end
        yield ShownWord(printed(word), word.weight, word.weight / scale, is_apart)
        end = following


def printed(word: WordWeight) -> str:
    """Writes a word, or a group of words with line breaks, in one line.

    Args:
        word: of a text.

    Returns:
        The word without characters that could harm a terminal.
    """
    return one_line(" ".join(word.word.split()))
