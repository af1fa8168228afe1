"""Byte-level BPE in the graph: exact, without loops.

GPT-2's pattern looks ahead, which RE2 cannot: of several white-space characters before
a word, the last belongs to the word. Texts are cut before white space first, and the
beginning of each part is then divided by its own pattern.
"""

import tensorflow as tf
import tensorflow_text as tf_text

from trainer.tokenizers import merges, sentencepiece
from trainer.tokenizers.bytes_of_text import NUL_BYTE
from trainer.tokenizers.spec import ByteBpe, Spec
from trainer.tokenizers.unicode import LETTERS, NUL, NUMBERS, WHITE_SPACE
from trainer.tokenizers.unique import each, regrouped, split

_SPACED_WORD = f"[{WHITE_SPACE}]*[^{WHITE_SPACE}]+|[{WHITE_SPACE}]+"
_SEVERAL_SPACES = f"^([{WHITE_SPACE}]+)([{WHITE_SPACE}][^{WHITE_SPACE}]+)$"
_WORDS = (
    f"'s|'t|'re|'ve|'m|'ll|'d| ?[{LETTERS}]+| ?[{NUMBERS}]+"
    f"| ?[^{WHITE_SPACE}{LETTERS}{NUMBERS}]+|[{WHITE_SPACE}]+"
)


class ByteBpeModel(tf.Module):
    """Cuts normalized texts into the tokens of a byte-level BPE."""

    def __init__(self, spec: Spec, rules: ByteBpe) -> None:
        super().__init__(name="byte_bpe")
        self._prefix_space = rules.prefix_space
        pieces = merges.pieces(spec.names, rules.merges)
        self._merges = tf_text.SentencepieceTokenizer(
            sentencepiece.write(pieces, sentencepiece.ModelType.BPE)
        )

    def __call__(self, texts: tf.Tensor) -> tf.RaggedTensor:
        """Cuts texts.

        Args:
            texts: string [n], valid UTF-8.

        Returns:
            int64 [n, (ids)].
        """
        if self._prefix_space:
            texts = tf.strings.regex_replace(texts, "^[^ ]", r" \0")
        parts = split(texts, _SPACED_WORD)
        return regrouped(parts, each(parts.flat_values, self._spaced_words))

    def _spaced_words(self, parts: tf.Tensor) -> tf.RaggedTensor:
        several = tf.strings.regex_full_match(parts, _SEVERAL_SPACES)
        spaces = tf.strings.regex_replace(
            tf.boolean_mask(parts, several), _SEVERAL_SPACES, r"\1"
        )
        rest = tf.strings.regex_replace(parts, _SEVERAL_SPACES, r"\2")
        words = tf.concat(
            [
                tf.RaggedTensor.from_row_lengths(
                    spaces, tf.cast(several, tf.int64), validate=False
                ),
                split(rest, _WORDS),
            ],
            1,
        )
        return regrouped(words, each(words.flat_values, self._ids))

    def _ids(self, words: tf.Tensor) -> tf.RaggedTensor:
        # A character for each byte, as the pieces are written.
        words = tf.strings.regex_replace(words, NUL, NUL_BYTE)
        latin = tf.strings.unicode_transcode(words, "ISO-8859-1", "UTF-8")
        ids = self._merges.tokenize(latin)
        return ids.with_values(tf.cast(ids.values, tf.int64))
