"""Learns the vocabulary of words without Beam."""

import heapq
from collections import Counter
from collections.abc import Iterable

import tensorflow as tf

from newsdesk.config.text import Text
from trainer.text.words import once_a_row, split_words


def learn(batches: Iterable[tf.Tensor], config: Text, size: int) -> list[bytes]:
    """Learns the words that `tft.vocabulary` would learn, in the same order.

    Args:
        batches: string [batch], the texts of the train split.
        config: the text section.
        size: the largest number of words.

    Returns:
        The words that are in most rows, the most frequent first; of equally frequent
        words, the last in the order of their bytes first.
    """
    counts: Counter[bytes] = Counter()
    for texts in batches:
        words = once_a_row(split_words(texts, config.lower_case))
        counts.update(words.numpy().tolist())
    frequent = (
        (count, word) for word, count in counts.items() if count >= config.min_frequency
    )
    return [word for _, word in heapq.nlargest(size, frequent)]
