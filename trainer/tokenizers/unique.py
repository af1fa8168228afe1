"""Does work once for each different string of a batch."""

from collections.abc import Callable

import tensorflow as tf
import tensorflow_text as tf_text

# A cheap pattern: every delimiter is looked at once more.
_ANY = "(?s).*"


def each(
    strings: tf.Tensor, work: Callable[[tf.Tensor], tf.RaggedTensor]
) -> tf.RaggedTensor:
    """Applies a function of single strings to a batch with many alike.

    Args:
        strings: string [n].
        work: gives a row for each of different strings.

    Returns:
        [n, (...)]: the row of each string.
    """
    different, places = tf.unique(strings)
    return tf.gather(work(different), places)


def regrouped(outer: tf.RaggedTensor, inner: tf.RaggedTensor) -> tf.RaggedTensor:
    """Puts what became of the parts of rows into these rows.

    Args:
        outer: [n, (parts)].
        inner: [parts of all rows, (...)].

    Returns:
        [n, (...)].
    """
    return outer.with_values(inner).merge_dims(1, 2)


def split(texts: tf.Tensor, pattern: str) -> tf.RaggedTensor:
    """Cuts texts before and behind what a pattern matches, and keeps all of them.

    Args:
        texts: string [n], UTF-8 without NUL.
        pattern: in RE2's syntax.

    Returns:
        string [n, (parts)]; an empty text has none.
    """
    return tf_text.regex_split(texts, pattern, _ANY)
