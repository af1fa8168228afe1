"""Text from data as HTML that shows every character and obeys none."""

from markupsafe import Markup, escape

from newsdesk.escaping import segments, visible

# Enough to judge a row by, and a page of 400 classes stays small.
TEXT = 400
NAME = 80
LINES = 100_000


def cut(text: str, limit: int = TEXT) -> str:
    """Shortens a text.

    Args:
        text: text from data.
        limit: the most characters to keep.

    Returns:
        The text, or its beginning and an ellipsis.
    """
    return text if len(text) <= limit else text[: limit - 1] + "…"


def shown(text: str, limit: int = TEXT) -> Markup:
    """Makes text from data safe to read in HTML.

    Characters that control or reorder text, or that nobody can see, are shown as marked
    escapes. The element isolates the direction of the text from what surrounds it.

    Args:
        text: text from data.
        limit: the most characters to show.

    Returns:
        An element `bdi`.
    """
    pieces = (
        Markup('<span class="esc">{}</span>').format(piece)
        if is_escape
        else escape(piece)
        for piece, is_escape in segments(cut(text, limit))
    )
    return Markup("<bdi>{}</bdi>").format(Markup("").join(pieces))


def name(text: str) -> Markup:
    """Makes the name of a class, slice or file safe to read in HTML.

    Args:
        text: the name.

    Returns:
        An element `bdi`.
    """
    return shown(text, NAME)


def lines(text: str) -> Markup:
    """Makes a text of several lines, such as a configuration, safe to read in HTML.

    Args:
        text: the text.

    Returns:
        Its lines, for an element `pre`.
    """
    kept = cut(text, LINES).splitlines()
    return Markup("\n").join(shown(line, LINES) for line in kept)


def plain(text: str) -> str:
    """Makes a name safe to read where HTML allows no elements.

    Args:
        text: the name.

    Returns:
        Text for an attribute or a title.
    """
    return visible(cut(text, NAME))
