"""The tokens of a batch in one list without padding, for served models.

Products and layer norms compute tokens one by one, so they need no padding. Attention
needs texts of one length; it pads groups of texts that have similar lengths.
"""

from typing import NamedTuple

import tensorflow as tf

from trainer.text.tokenizer import PADDING_ID

# Lengths of groups are multiples of it, because rows of whole vector registers are
# twice as fast, and because oneDNN compiles its code again for every new shape.
_STEP = 16
# A long list is rounded up to more, so that its length is not new in every batch.
_LONG, _LONG_STEP = 512, 64
# Half of the texts are in the first group, an eighth of them in the last.
_MOST, _LONGEST = 2, 8
# The groups that have texts: of any batch, and of a batch of one text.
ALL_TEXTS, ONLY_TEXT = slice(None), slice(1, 2)


class Group(NamedTuple):
    """Texts of similar lengths.

    Attributes:
        parts: int32 [3, texts, heads, length], where query, key and value are in the
            list if their heads are written one after another.
        hidden: int32 [texts, 1, 1, length], 1 for padding.
    """

    parts: tf.Tensor
    hidden: tf.Tensor


class TokenList(NamedTuple):
    """The tokens of a batch, shorter texts first.

    Attributes:
        ids: int32 [tokens], followed by some padding.
        positions: int32 [tokens], the place of each token in its text.
        texts: int32 [count], the number of each token's text.
        lengths: int32 [batch], tokens of each text.
        firsts: int32 [batch], the place of each text's first token in the list.
        groups: all texts.
        mixed: int32 [tokens, heads], where the results of the groups are if their heads
            are written one after another.
        inverse: int32 [batch], the place of each text of the batch.
    """

    ids: tf.Tensor
    positions: tf.Tensor
    texts: tf.Tensor
    lengths: tf.Tensor
    firsts: tf.Tensor
    groups: list[Group]
    mixed: tf.Tensor
    inverse: tf.Tensor


def token_list(input_ids: tf.Tensor, heads: int) -> TokenList:
    """Lists the tokens of a batch.

    Args:
        input_ids: int32 [batch, length], padded with 0.
        heads: the number of attention heads.

    Returns:
        The list.
    """
    order = tf.argsort(_counted(input_ids), stable=True)
    input_ids = tf.gather(input_ids, order)
    lengths = _counted(input_ids)
    firsts = tf.cumsum(lengths, exclusive=True)
    places = tf.cast(tf.where(input_ids != PADDING_ID), tf.int32)
    texts = places[:, 0]
    count = tf.shape(texts)[0]
    more = _rounded(count, tf.where(count > _LONG, _LONG_STEP, _STEP)) - count
    groups, starts, strides = _groups(lengths, firsts, heads)
    within = tf.range(count) - tf.gather(firsts, texts)
    mixed = (tf.gather(starts, texts) + within)[:, None] + (
        tf.gather(strides, texts)[:, None] * tf.range(heads)
    )
    return TokenList(
        tf.pad(tf.gather_nd(input_ids, places), [[0, more]]),
        tf.pad(places[:, 1], [[0, more]]),
        texts,
        lengths,
        firsts,
        groups,
        tf.pad(mixed, [[0, more], [0, 0]]),
        tf.math.invert_permutation(order),
    )


def _counted(input_ids: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(tf.cast(input_ids != PADDING_ID, tf.int32), 1)


def _rounded(count: tf.Tensor, step: int | tf.Tensor) -> tf.Tensor:
    return (count + step - 1) // step * step


def _groups(
    lengths: tf.Tensor, firsts: tf.Tensor, heads: int
) -> tuple[list[Group], tf.Tensor, tf.Tensor]:
    """Groups, and for each text where its result starts and the length of a head."""
    batch = tf.shape(lengths)[0]
    ends = [batch // _MOST, batch - batch // _LONGEST, batch]
    groups, starts, strides = [], [], []
    begin, written = tf.constant(0), tf.constant(0)
    for end in ends:
        counts = lengths[begin:end]
        # A group may have no texts.
        length = _rounded(tf.maximum(tf.reduce_max(counts), 1), _STEP)
        groups.append(_group(counts, firsts[begin:end], length, heads))
        texts = tf.range(end - begin)
        starts.append(written + texts * heads * length)
        strides.append(tf.fill([end - begin], length))
        written += (end - begin) * heads * length
        begin = end
    return groups, tf.concat(starts, 0), tf.concat(strides, 0)


def _group(
    lengths: tf.Tensor, firsts: tf.Tensor, length: tf.Tensor, heads: int
) -> Group:
    within = tf.range(length)
    hidden = within >= lengths[:, None]
    # Padding reads the first token of the text, and is hidden afterwards.
    rows = firsts[:, None] + tf.where(hidden, 0, within)
    parts = tf.reshape(tf.range(3 * heads), [3, 1, heads, 1])
    return Group(
        rows[:, None, :] * (3 * heads) + parts,
        tf.cast(hidden, tf.int32)[:, None, None, :],
    )
