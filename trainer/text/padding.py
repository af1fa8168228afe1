"""Gives padding the id 0, which it has in batches, whatever id a checkpoint gives it.

In a RoBERTa, padding has the id 1, and 0 is the token that begins every text. The two
change their ids: in the token ids and the list of tokens when Transform's graph is
built, and in the word embeddings when they are read. So no other id changes.
"""

from typing import TypeVar

import numpy as np
import tensorflow as tf

_Rows = TypeVar("_Rows", np.ndarray, list[str])


def swapped(rows: _Rows, padding: int) -> _Rows:
    """Changes the first row with that of padding.

    Args:
        rows: tokens or embeddings, in the order of their ids.
        padding: the id that the checkpoint gives to padding.

    Returns:
        The rows in the order of our ids.
    """
    if padding == 0:
        return rows
    changed = rows.copy()
    changed[0], changed[padding] = rows[padding], rows[0]
    return changed


def exchanged(ids: tf.RaggedTensor, padding: int) -> tf.RaggedTensor:
    """Turns the ids of a checkpoint into ours.

    Args:
        ids: int64 [batch, (tokens)].
        padding: the id that the checkpoint gives to padding.

    Returns:
        int64 [batch, (tokens)]; 0 only where a text has a literal padding token.
    """
    if padding == 0:
        return ids
    values = ids.flat_values
    zero, theirs = tf.constant(0, tf.int64), tf.constant(padding, tf.int64)
    values = tf.where(values == zero, theirs, tf.where(values == theirs, zero, values))
    return ids.with_flat_values(values)
