"""Texts as BERT's word pieces expect them, computed in the graph.

`FastBertTokenizer` has a normalization of its own, but that one folds case and
compatibility forms ("ß" to "ss", "…" to "..."), and BERT's pieces were not cut so. Here
are the steps that Hugging Face's tokenizers take; what they do with Chinese characters,
white space and punctuation is the same and left to the tokenizer.
"""

import tensorflow as tf
import tensorflow_text as tf_text

from trainer.tokenizers import unicode, unicode_8

# A word of more characters is one unknown piece.
_LONGEST_WORD = 100
# The tokenizer counts bytes; no character has more than four.
LONGEST_WORD_BYTES = 4 * _LONGEST_WORD
# For private use and so in no vocabulary: makes the word that it is in unknown.
_NO_PIECE = "\uf8ff"


def normalize(texts: tf.Tensor, lower_case: bool, strip_accents: bool) -> tf.Tensor:
    """Cleans texts, and takes case and accents away where the pieces have none.

    Args:
        texts: string [batch], UTF-8 or not.
        lower_case: whether capitals become small letters.
        strip_accents: whether accents are dropped.

    Returns:
        string [batch], valid UTF-8, to be cut by a tokenizer that knows words of
        LONGEST_WORD_BYTES.
    """
    # tf.strings.lower ends a text at its first NUL.
    texts = tf.strings.regex_replace(texts, r"\x00", "")
    if lower_case:
        # At the end of a word tf.strings.lower would make the other small sigma of it.
        texts = tf.strings.regex_replace(texts, "Σ", "σ")
        texts = tf.strings.lower(texts, encoding="utf-8")
    else:
        texts = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8")
    if strip_accents:
        texts = tf_text.normalize_utf8(texts, "NFD")
        texts = tf.strings.regex_replace(texts, f"[{unicode_8.accents()}]+", "")
    texts = tf.strings.regex_replace(texts, f"[{unicode_8.REMOVED}{unicode.NUL}]+", "")
    texts = tf.strings.regex_replace(texts, f"[{unicode_8.NOT_CUT}]+", _NO_PIECE)
    texts = tf.strings.regex_replace(texts, f"[{unicode_8.CUT}]", r" \0 ")
    # Letters and digits alone: with every script the automaton would not fit in memory.
    long_words = f"[0-9A-Za-z]{{{_LONGEST_WORD + 1},}}"
    return tf.strings.regex_replace(texts, long_words, _NO_PIECE)
