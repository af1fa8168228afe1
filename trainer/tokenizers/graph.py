"""A tokenizer as operations of a TensorFlow graph."""

from collections.abc import Callable, Sequence
from typing import Literal

import tensorflow as tf

from newsdesk.config.text import Truncation
from trainer.tokenizers import normalizers, segments
from trainer.tokenizers.byte_bpe import ByteBpeModel
from trainer.tokenizers.character_map import CharacterMapper
from trainer.tokenizers.spec import ByteBpe, Spec, Unigram, WordPiece
from trainer.tokenizers.truncation import truncated
from trainer.tokenizers.unicode import NUL
from trainer.tokenizers.unigram import UnigramModel
from trainer.tokenizers.unique import each, regrouped
from trainer.tokenizers.word_piece import WordPieceModel

Literals = Literal["special", "text"]


class Tokenizer(tf.Module):
    """Cuts texts into the ids that the Rust `tokenizers` library gives.

    Keep the object as an attribute of what is exported, so that its resources are
    saved; in a preprocessing_fn, make it with `tft.make_and_track_object`.

    Attributes:
        spec: what the files of the tokenizer say.
    """

    def __init__(self, spec: Spec, literals: Literals = "special") -> None:
        """Builds the parts of the graph.

        Args:
            spec: what the files of a tokenizer say.
            literals: what special tokens are that a text itself contains, such as a
                literal "</s>": `special` as in the library, or `text` like any other.
        """
        super().__init__(name="tokenizer")
        self.spec = spec
        hidden = frozenset(
            token.id for token in spec.added if token.special and literals == "text"
        )
        added = [token for token in spec.added if token.id not in hidden]
        self._literal = [token for token in added if not token.normalized]
        self._normalized = [token for token in added if token.normalized]
        self._steps = [normalizers.build(step) for step in spec.normalizers]
        self._by_word = _by_word(spec, self._steps)
        self._model: Callable[[tf.Tensor], tf.RaggedTensor]
        if isinstance(spec.model, WordPiece):
            self._model = WordPieceModel(spec, spec.model)
        elif isinstance(spec.model, ByteBpe):
            self._model = ByteBpeModel(spec, spec.model)
        else:
            self._model = UnigramModel(spec, spec.model, hidden)

    def __call__(self, texts: tf.Tensor) -> tf.RaggedTensor:
        """Cuts texts, without special tokens at their ends.

        Args:
            texts: string [batch], UTF-8 or not; bytes that are not become U+FFFD.

        Returns:
            int64 [batch, (ids)]; a row may be empty.
        """
        texts = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8")
        texts = tf.strings.regex_replace(texts, r"\x00", NUL)
        return segments.tokenized(texts, self._literal, self._normalize)

    def with_ends(
        self, ids: tf.RaggedTensor, max_length: int, truncation: Truncation = "head"
    ) -> tf.RaggedTensor:
        """Cuts rows to a length and puts the special tokens around them.

        Args:
            ids: int64 [batch, (ids)], as a call gives them.
            max_length: of a row with its special tokens.
            truncation: which ids of a longer row are kept.

        Returns:
            int64 [batch, (ids)].
        """
        first, last = self.spec.first, self.spec.last
        rows = tf.ones([ids.nrows(), 1], tf.int64)
        most = max_length - len(first) - len(last)
        parts = [truncated(ids, most, truncation)]
        if first:
            parts.insert(0, rows * tf.constant([first], tf.int64))
        if last:
            parts.append(rows * tf.constant([last], tf.int64))
        return tf.concat(parts, 1)

    def _normalize(self, texts: tf.Tensor) -> tf.RaggedTensor:
        if self._by_word:
            words = self._by_word[0].words(texts)
            return regrouped(words, each(words.flat_values, self._cut_words))
        for step in self._steps:
            texts = step(texts)
        return segments.tokenized(texts, self._normalized, self._model)

    def _cut_words(self, words: tf.Tensor) -> tf.RaggedTensor:
        return self._model(self._by_word[0].in_words(words))


def _by_word(spec: Spec, steps: Sequence[normalizers.Step]) -> list[CharacterMapper]:
    """The only step, if it and the model see each word alone, as with an XLM-R.

    Then both are done once for each different word of a batch.
    """
    rules = spec.model
    if (
        len(steps) == 1
        and isinstance(rules, Unigram)
        and rules.splits_white_space
        and not any(token.normalized for token in spec.added)
    ):
        mappers = [step for step in steps if isinstance(step, CharacterMapper)]
        return [mapper for mapper in mappers if mapper.keeps_white_space]
    return []
