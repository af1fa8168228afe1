"""Measures how much each word of a text moves the probability of an answer.

Leave-one-out: the model is asked again without the word (Zeiler and Fergus, 2014,
"Visualizing and Understanding Convolutional Networks"; Li et al., 2016, "Understanding
Neural Networks through Representation Erasure"). It needs only the model's answers.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from newsdesk.explaining.words import Span, without

Array: TypeAlias = npt.NDArray[Any]
Answer: TypeAlias = Callable[[list[str]], Array]

_BATCH = 64
# Texts of a batch have at most so many characters together, so memory stays limited.
_SIZE = 2**20


def probabilities(answer: Answer, text: str, spans: Sequence[Span]) -> Array:
    """Asks a model for its answer to a text, and to the text without each word.

    Args:
        answer: gives the probabilities of texts, float [batch, classes].
        text: the text.
        spans: where its words begin and end.

    Returns:
        float64 [1 + words, classes]: first of the whole text, then without each word.
    """
    texts = [text, *(without(text, span) for span in spans)]
    count = max(1, min(_BATCH, _SIZE // (len(text) + 1)))
    batches = [texts[n : n + count] for n in range(0, len(texts), count)]
    return np.concatenate([np.asarray(answer(batch), np.float64) for batch in batches])
