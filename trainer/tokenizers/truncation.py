"""Chooses the tokens that are kept of a text with too many."""

import tensorflow as tf

from newsdesk.config.text import Truncation

# Of 510 tokens, Sun et al. (2019, arXiv:1905.05583) keep the first 128, and the last.
_HEAD_SHARE = 128 / 510


def truncated(ids: tf.RaggedTensor, most: int, how: Truncation) -> tf.RaggedTensor:
    """Cuts rows to a length.

    Args:
        ids: [batch, (ids)].
        most: the most ids that a row keeps.
        how: `head` keeps the first ids; `head_tail` keeps a quarter of `most` from the
            beginning, and the others from the end.

    Returns:
        A tensor like `ids`; rows that fit do not change.
    """
    # The last 0 of a row are all of it, so a tail needs at least one.
    if how == "head" or most < 1:
        return ids[:, :most]
    head = round(most * _HEAD_SHARE)
    return tf.concat([ids[:, :head], ids[:, head:][:, head - most :]], 1)
