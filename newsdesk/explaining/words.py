"""Divides a text into the words whose weight is measured."""

import re

from newsdesk import unspaced

# The model is called once for each word, so this limits what an explanation costs.
MOST_WORDS = 200

Span = tuple[int, int]


def spans(text: str, most: int = MOST_WORDS) -> list[Span]:
    """Finds the words of a text; neighbours form groups if there are too many.

    Words end at white space. A text of a script without spaces is divided into
    characters, because finding its words would need a dictionary.

    Args:
        text: any text.
        most: the largest number of words or groups.

    Returns:
        Where each begins and ends, in order, without the white space around it.
    """
    found = [match.span() for match in re.finditer(r"\S+", text)]
    if unspaced.is_unspaced(text):
        found = [
            (begin + first, begin + last)
            for begin, end in found
            for first, last in unspaced.characters(text[begin:end])
        ]
    size = -(-len(found) // most)
    groups = [found[n : n + size] for n in range(0, len(found), size or 1)]
    return [(group[0][0], group[-1][1]) for group in groups]


def without(text: str, span: Span) -> str:
    """Removes a word, with the white space behind it.

    Args:
        text: any text.
        span: where the word begins and ends.

    Returns:
        The rest of the text.
    """
    begin, end = span
    rest = text[:begin] + text[end:].lstrip()
    return rest if end < len(text) else rest.rstrip()
