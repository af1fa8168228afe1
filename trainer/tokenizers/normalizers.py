"""The steps of a normalizer in the graph."""

from collections.abc import Callable

import tensorflow as tf
import tensorflow_text as tf_text

from trainer.tokenizers.bert_normalization import normalize
from trainer.tokenizers.character_map import CharacterMapper
from trainer.tokenizers.spec import (
    BertNormalizer,
    CharacterMap,
    Compose,
    Normalizer,
    Strip,
)
from trainer.tokenizers.unicode import UNORDERED, WHITE_SPACE
from trainer.tokenizers.unique import split

Step = Callable[[tf.Tensor], tf.Tensor]


def build(step: Normalizer) -> Step:
    """Builds a step of a normalizer.

    Args:
        step: what it does.

    Returns:
        A function from string [n] to string [n].
    """
    if isinstance(step, BertNormalizer):
        return lambda texts: normalize(texts, step.lower_case, step.strip_accents)
    if isinstance(step, Compose):
        return _composed
    if isinstance(step, CharacterMap):
        return CharacterMapper(step.replacements)
    if isinstance(step, Strip):
        ends = [f"^[{WHITE_SPACE}]+"] * step.left + [f"[{WHITE_SPACE}]+$"] * step.right
        pattern = "|".join(ends)
        return lambda texts: tf.strings.regex_replace(texts, pattern, "")
    by = step.by.replace("\\", "\\\\")
    return lambda texts: tf.strings.regex_replace(texts, " {2,}", by)


def _composed(texts: tf.Tensor) -> tf.Tensor:
    """Normal form C, between marks that the library does not move."""
    found = tf.where(tf.strings.regex_full_match(texts, f"(?s).*[{UNORDERED}].*"))
    parts = split(tf.gather_nd(texts, found), f"[{UNORDERED}]")
    composed = parts.with_values(tf_text.normalize_utf8(parts.values, "NFC"))
    joined = tf.strings.reduce_join(composed, axis=1)
    whole = tf_text.normalize_utf8(texts, "NFC")
    return tf.tensor_scatter_nd_update(whole, found, joined)
