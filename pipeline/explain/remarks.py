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
    return found + of_text(model, explained.text)


def of_text(model: LoadedModel, text: str) -> list[str]:
    """Says what of a text the model does not read or know.

    Args:
        model: the model that was asked.
        text: the text.

    Returns:
        One sentence if the text is truncated, and one if it has unknown tokens.
    """
    found, coverage = [], model.coverage(text)
    if coverage.is_truncated:
        most = model.most_tokens
        count = f"at most {most:,} tokens" if most else "fewer tokens"
        found.append(f"the text is truncated: the model reads {count}")
    if coverage.unknown_share == 1:
        found.append("the model knows no word of the text")
    elif coverage.unknown_share > 0:
        share = max(coverage.unknown_share, 0.01)
        found.append(f"the model does not know {share:.0%} of the tokens")
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
