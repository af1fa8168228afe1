"""Says what limits an explanation, and gives it as JSON."""

from collections.abc import Sequence
from typing import Any

from newsdesk.explaining.loaded import LoadedModel
from newsdesk.explaining.words import MOST_WORDS, spans
from newsdesk.report.content import Explained


def remarks(model: LoadedModel, explained: Explained) -> list[str]:
    """Says what limits an explanation.

    Args:
        model: the model that was asked.
        explained: its answer.

    Returns:
        One sentence for each limit; most explanations have none.
    """
    found = []
    if not explained.words:
        found.append("the text has no words")
    count = len(spans(explained.text, len(explained.text) + 1))
    if count > MOST_WORDS:
        size = -(-count // MOST_WORDS)
        found.append(
            f"the text has {count:,} words, so they are removed in groups of {size}"
        )
    if model.truncates(explained.text):
        found.append(
            "the text is longer than the model reads, so words beyond that have no "
            "weight of their own"
        )
    return found


def as_values(explained: Explained, notes: Sequence[str]) -> dict[str, Any]:
    """Formats an explanation for JSON.

    Args:
        explained: the explanation.
        notes: from `remarks`.

    Returns:
        JSON-able values.
    """
    return {
        "label": explained.predicted,
        "probability": explained.probability,
        "words": [word.model_dump() for word in explained.words],
        "remarks": list(notes),
    }
