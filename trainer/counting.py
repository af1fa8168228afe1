"""Counts the tokens of texts, and those that a vocabulary does not have."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from trainer import text
from trainer.pieces import find
from trainer.settings import TransformSettings

_UNKNOWN_PIECE = "[UNK]"


class Counter:
    """Cuts texts as Transform will cut them.

    Args:
        settings: the fields of `TransformSettings`.
        model: the folder of the model in service, None if there is none.

    Attributes:
        vocabulary: whose it is, in words; None if there is none to look words up in.
    """

    def __init__(self, settings: Mapping[str, Any], model: str | None) -> None:
        parsed = TransformSettings.model_validate(settings)
        self._text = parsed.text
        self.vocabulary: str | None = None
        self._words: tf.lookup.StaticHashTable | None = None
        self._pieces = None
        if self._text.tokenizer != "words":
            self._pieces = find(self._text, parsed.encoder)
            self.vocabulary = "the given vocabulary"
        elif model and (file := Path(model, "assets", text.VOCABULARY)).is_file():
            self._words = text.table_of_words(str(file))
            self.vocabulary = "the vocabulary of the model in service"

    def count(
        self, texts: Sequence[bytes]
    ) -> tuple[Sequence[int], Sequence[int] | None]:
        """Counts.

        Args:
            texts: UTF-8 or not.

        Returns:
            Tokens in each text before any is cut off, and the unknown ones among
            them, None without a vocabulary.
        """
        if self._pieces is not None:
            ids = text.tokenized(tf.constant(texts), self._pieces)
            unknown = self._pieces.names.index(_UNKNOWN_PIECE)
            return _lengths(ids), _total(ids == unknown)
        words = text.split_words(tf.constant(texts), self._text.lower_case)
        if self._words is None:
            return _lengths(words), None
        places = tf.ragged.map_flat_values(self._words.lookup, words)
        return _lengths(words), _total(places < 0)


def _lengths(tokens: tf.RaggedTensor) -> Sequence[int]:
    return np.asarray(tokens.row_lengths()).tolist()


def _total(marked: tf.RaggedTensor) -> Sequence[int]:
    return np.asarray(tf.reduce_sum(tf.cast(marked, tf.int32), axis=1)).tolist()
