"""Explains the answer to one text: the words, and the attention between tokens."""

from collections.abc import Sequence
from typing import Protocol

from newsdesk.explaining import occlusion, words
from newsdesk.explaining.attention import Attention
from newsdesk.explaining.occlusion import Array
from newsdesk.report.content import Explained, WordWeight

# A matrix of more tokens cannot be read in a report, and makes its page large.
MOST_TOKENS = 64
# Seven digits keep the sum of every row, and halve the size of a page.
_DIGITS = 7


class Model(Protocol):
    """What an explanation needs of a model."""

    @property
    def labels(self) -> Sequence[str]:
        """The names of the classes."""

    def answer(self, texts: list[str]) -> Array:
        """Gives the probabilities of texts, float [batch, classes]."""

    def attend(self, text: str) -> Attention | None:
        """Gives the attention in a text; None if it is not shown."""


def explain(model: Model, text: str, label: str = "") -> Explained:
    """Measures how much each word moved the answer, and adds the attention.

    Args:
        model: a model; `loaded.LoadedModel` is one.
        text: the text.
        label: the label of the text in the data, if there is one.

    Returns:
        What `weigh` returns, with the mean attention of the last layer if the model
        shows it and the text has at most MOST_TOKENS tokens.
    """
    found = weigh(model, text, label)
    attention = model.attend(text)
    if attention is None or len(attention.tokens) > MOST_TOKENS:
        return found
    matrix = attention.mean(attention.layers).round(_DIGITS).tolist()
    return found.model_copy(update={"tokens": attention.tokens, "attention": matrix})


def weigh(model: Model, text: str, label: str = "") -> Explained:
    """Measures how much each word moved the answer.

    Args:
        model: a model; `loaded.LoadedModel` is one.
        text: the text.
        label: the label of the text in the data, if there is one.

    Returns:
        The answer and the weight of every word, without attention.
    """
    spans = words.spans(text)
    asked = occlusion.probabilities(model.answer, text, spans)
    chosen = int(asked[0].argmax())
    weights = asked[0, chosen] - asked[1:, chosen]
    return Explained(
        text=text,
        label=label,
        predicted=model.labels[chosen],
        probability=float(asked[0, chosen]),
        words=[
            WordWeight(word=text[begin:end], weight=float(weight))
            for (begin, end), weight in zip(spans, weights, strict=True)
        ],
    )
