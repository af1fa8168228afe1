"""Cuts texts into words, for vocabularies that are learned."""

import tensorflow as tf

# No punctuation here. Emoji (\p{So}) are not separators, because they have a meaning.
_SPACES = r"\p{Cc}\p{Zl}\p{Zp}\x{A0}\x{1680}\x{2000}-\x{200B}\x{202F}\x{205F}\x{3000}"
_SYMBOLS = r"\p{Sm}\p{Sc}\p{Sk}\x{FEFF}"
_JOINERS = "'.,"
_LETTERS = r"\pL\pM"

# RE2 cannot look at characters beside a match without taking them. So the first pattern
# leaves joiners only between two characters that are not separators. One plain space,
# the most frequent separator, is no match, because that would double the time.
_SEPARATORS = (
    rf"[\pP{_SPACES}{_SYMBOLS} ]{{2,}}|[^\PP{_JOINERS}]|[{_SPACES}{_SYMBOLS}]"
    rf"|^[{_JOINERS}]|[{_JOINERS}]$"
)
_WRONG_BEFORE = rf"([^\pN])[.,]|([^{_LETTERS}])'"
_WRONG_BEHIND = rf"[.,]([^\pN])|'([^{_LETTERS}])"


def split_words(texts: tf.Tensor, lower_case: bool) -> tf.RaggedTensor:
    """Cuts texts at white space and punctuation of any script.

    An apostrophe between letters, and a full stop or comma between digits, belong to
    the word, as in Unicode's word boundaries (Unicode Standard Annex 29): `don't` and
    `3.5` are one word, `US-funded` and `oil,prices` are two. Both kinds of apostrophe
    are one.

    Args:
        texts: string [batch], UTF-8; bytes that are not become U+FFFD.
        lower_case: whether upper and lower case are one.

    Returns:
        string [batch, (words)]; a row may be empty.
    """
    if lower_case:
        # tf.strings.lower ends a text at its first NUL; it also replaces what is not
        # UTF-8, so that transcoding, which takes a third of the time, is not needed.
        texts = tf.strings.regex_replace(texts, r"\x00", " ")
        texts = tf.strings.lower(texts, encoding="utf-8")
    else:
        texts = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8")
    texts = tf.strings.regex_replace(texts, "’", "'")
    texts = tf.strings.regex_replace(texts, _SEPARATORS, " ")
    texts = tf.strings.regex_replace(texts, _WRONG_BEFORE, r"\1\2 ")
    texts = tf.strings.regex_replace(texts, _WRONG_BEHIND, r" \1\2")
    return tf.strings.split(texts)


def once_a_row(words: tf.RaggedTensor) -> tf.Tensor:
    """Drops repetitions, so that counting occurrences counts rows.

    Args:
        words: string [batch, (words)].

    Returns:
        string [n]: each word as many times as there are rows that have it.
    """
    different, places = _places_once_a_row(words)
    return tf.gather(different, places)


def rows_by_word(words: tf.RaggedTensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Counts the rows that have a word.

    Args:
        words: string [batch, (words)].

    Returns:
        string [n]: the different words; int64 [n]: in how many rows each of them is.
    """
    different, places = _places_once_a_row(words)
    rows = tf.math.unsorted_segment_sum(
        tf.ones_like(places), places, tf.size(different)
    )
    return different, rows


def _places_once_a_row(words: tf.RaggedTensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The different words, and the place among them of each word of each row."""
    different, places = tf.unique(words.flat_values, tf.int64)
    count = tf.maximum(tf.size(different, tf.int64), 1)
    rows = tf.cast(words.value_rowids(), tf.int64)
    pairs, _ = tf.unique(rows * count + places)
    return different, pairs % count
