"""Cuts long texts from data, so that one row cannot make a report large."""

from newsdesk.report.content import Content

# Enough to find the row again; a text of the data can have 16 million characters.
LONGEST = 2_000
_MARK = "… ({:,} characters)"


def kept(text: str) -> str:
    """Cuts a text.

    Args:
        text: text from data.

    Returns:
        The text if it has at most LONGEST characters; otherwise its beginning and a
        mark with its length, together not longer than LONGEST.
    """
    if len(text) <= LONGEST:
        return text
    mark = _MARK.format(len(text))
    return text[: LONGEST - len(mark)] + mark


def cut(content: Content) -> Content:
    """Cuts all texts from data in a report.

    Args:
        content: of the report.

    Returns:
        The content with texts of at most LONGEST characters.
    """
    checked = content.label_check
    if checked is not None:
        rows = [
            row.model_copy(update={"text": kept(row.text)})
            for row in checked.most_doubted
        ]
        checked = checked.model_copy(update={"most_doubted": rows})
    pairs = [
        pair.model_copy(update={"examples": list(map(kept, pair.examples))})
        for pair in content.pairs
    ]
    explained = [
        one.model_copy(
            update={
                "text": kept(one.text),
                "words": [
                    word.model_copy(update={"word": kept(word.word)})
                    for word in one.words
                ],
            }
        )
        for one in content.explained
    ]
    return content.model_copy(
        update={"label_check": checked, "pairs": pairs, "explained": explained}
    )
