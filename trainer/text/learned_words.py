"""Learns the vocabulary of words without Beam."""

import functools
import heapq
from collections import Counter
from collections.abc import Iterable

import tensorflow as tf

from newsdesk.config.text import Text
from newsdesk.in_order import in_order
from trainer.text.words import rows_by_word, split_words


def counted(texts: tf.Tensor, lower_case: bool) -> dict[bytes, int]:
    """Counts the words of some texts.

    Args:
        texts: string [batch].
        lower_case: whether upper and lower case are one.

    Returns:
        In how many of the texts each word is.
    """
    words, rows = rows_by_word(split_words(texts, lower_case))
    return dict(zip(words.numpy().tolist(), rows.numpy().tolist(), strict=True))


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
    count = functools.partial(counted, lower_case=config.lower_case)
    counts: Counter[bytes] = Counter()
    # TensorFlow cuts a batch with one thread.
    for batch in in_order(count, batches):
        counts.update(batch)
    frequent = (
        (count, word) for word, count in counts.items() if count >= config.min_frequency
    )
    return [word for _, word in heapq.nlargest(size, frequent)]
