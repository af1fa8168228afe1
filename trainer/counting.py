"""Counts the tokens of texts, and how many of them a vocabulary does not have."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from trainer.custom_config import TransformSettings
from trainer.text import tokenizer
from trainer.text.vocabularies import Tokens, find
from trainer.text.words import split_words

_BUCKETS = 2**50
_OF_GRAPH = {"_words", "_cut", "_unknown"}
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"


class Counted(NamedTuple):
    """Token counts, with one entry for each text.

    Attributes:
        tokens: number of tokens, before the text is truncated. For pieces that are
            learned later, an estimate: words, and characters that need no spaces.
        unknown: how many of them the vocabulary does not have; None without one.
        truncated: whether the text has more tokens than fit.
        words: a hash from 0 to 1 for every token, equal for equal words; None for word
            pieces, which are not learned.
    """

    tokens: Sequence[int]
    unknown: Sequence[int] | None
    words: Sequence[Sequence[float]] | None
    truncated: Sequence[bool]


class Counter:
    """Counts tokens, splitting texts as Transform will.

    It can be pickled, and then needs no file: workers of Beam may have none of them.

    Args:
        settings: the fields of `TransformSettings`.
        model: the folder of the model in service, None if there is none.

    Attributes:
        vocabulary: which vocabulary is used, in words; None if there is none.
        room: the most words that Transform will learn; None if it learns none.
        ends: special tokens that Transform puts around each text.
        max_length: the most tokens of a text, with these.
        min_rows: how many rows a word must be in to be learned.
    """

    def __init__(self, settings: Mapping[str, Any], model: str | None) -> None:
        parsed = TransformSettings.model_validate(settings)
        self._text = parsed.text
        self.vocabulary: str | None = None
        self.room: int | None = None
        self.max_length = parsed.text.max_length
        self.ends = 0
        self.min_rows = parsed.text.min_frequency
        self._tokens: Tokens | None = None
        self._served: bytes | None = None
        if self._text.tokenizer == "words":
            self.room = self._text.vocabulary_size
            file = Path(model or "", "assets", tokenizer.VOCABULARY)
            if model and file.is_file():
                self._served = file.read_bytes()
                self.vocabulary = "the vocabulary of the model in service"
        elif self._text.tokenizer != "pieces":
            self._tokens = find(self._text, parsed.encoder)
            self.ends = tokenizer.special_tokens(self._tokens)
            self.vocabulary = "the given vocabulary"
        self._make_graph()

    def __getstate__(self) -> dict[str, Any]:
        """Leaves out the objects of TensorFlow, which cannot be pickled."""
        return {key: self.__dict__[key] for key in self.__dict__.keys() - _OF_GRAPH}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Makes the objects of TensorFlow again."""
        self.__dict__.update(state)
        self._make_graph()

    def _make_graph(self) -> None:
        self._words: tf.lookup.StaticHashTable | None = None
        self._cut: Callable[[tf.Tensor], tf.RaggedTensor] | None = None
        self._unknown: int | None = None
        if self._tokens is not None:
            # Compiled, because hundreds of small operations are slow one by one.
            self._cut = tf.function(
                tokenizer.cutter(self._tokens),
                [tf.TensorSpec([None], tf.string)],
                autograph=False,
            )
            self._unknown = tokenizer.unknown_id(self._tokens)
        if self._served is not None:
            with tempfile.TemporaryDirectory(prefix="newsdesk-") as folder:
                file = Path(folder, tokenizer.VOCABULARY)
                file.write_bytes(self._served)
                # It reads the file now.
                self._words = tokenizer.table_of_words(str(file))

    def count(self, texts: Sequence[bytes]) -> Counted:
        """Counts the tokens of some texts.

        Args:
            texts: UTF-8 or not.

        Returns:
            The counts of each text.
        """
        if self._cut is not None:
            ids = self._cut(tf.constant(texts))
            # Bytes are never unknown, so a byte-level tokenizer has no such token.
            unknown = -1 if self._unknown is None else self._unknown
            return self._counted(ids, _total(ids == unknown), None)
        if self._text.tokenizer == "pieces":
            return self._without_pieces(texts)
        words = split_words(tf.constant(texts), self._text.lower_case)
        numbers = tf.strings.to_hash_bucket_fast(words, _BUCKETS)
        shares = [[number / _BUCKETS for number in row] for row in numbers.to_list()]
        if self._words is None:
            return self._counted(words, None, shares)
        lines = tf.ragged.map_flat_values(self._words.lookup, words)
        return self._counted(words, _total(lines < 0), shares)

    def _without_pieces(self, texts: Sequence[bytes]) -> Counted:
        """Estimates, because Transform has yet to learn the pieces."""
        spaced = tf.strings.regex_replace(tf.constant(texts), _UNSPACED, r" \0 ")
        words = split_words(spaced, self._text.lower_case)
        return self._counted(words, None, None)

    def _counted(
        self,
        tokens: tf.RaggedTensor,
        unknown: Sequence[int] | None,
        words: Sequence[Sequence[float]] | None,
    ) -> Counted:
        lengths = np.asarray(tokens.row_lengths())
        truncated = lengths > self.max_length - self.ends
        return Counted(lengths.tolist(), unknown, words, truncated.tolist())


def _total(marked: tf.RaggedTensor) -> Sequence[int]:
    return np.asarray(tf.reduce_sum(tf.cast(marked, tf.int32), axis=1)).tolist()
