"""SentencePiece's Unigram model in the graph, as exact as the Rust library.

SentencePiece adds scores as 32-bit numbers, the library as 64-bit ones. The difference
decides between "AA A" and "A AA", whose scores are equal but for rounding. So words are
cut twice: once with the scores as they are, and once with scores rounded to a grid on
which sums are exact, so that equal paths are equal and the first found wins, as in the
library. Where the ids differ, the better path is taken between two places at which both
cut, by 64-bit sums; of two equal ones, the second.
"""

import numpy as np
import tensorflow as tf
import tensorflow_text as tf_text

from trainer.tokenizers import sentencepiece
from trainer.tokenizers.json_models import MARK
from trainer.tokenizers.sentencepiece import Piece, PieceType
from trainer.tokenizers.spec import Spec, Unigram
from trainer.tokenizers.unicode import WHITE_SPACE
from trainer.tokenizers.unique import each, regrouped, split

_SPACES = f"[{WHITE_SPACE}]+"
_WORD = f"[^{WHITE_SPACE}{MARK}]+"
_MARKED_WORD = f"{MARK}[^{MARK}]*|[^{MARK}]+"
# Sums up to 4,096 are exact: some 300 pieces without white space between.
_GRID = 4096
# More than the bytes of any word.
_LONGEST_WORD = 1 << 40


class UnigramModel(tf.Module):
    """Cuts normalized texts into the tokens of a Unigram model."""

    def __init__(self, spec: Spec, rules: Unigram, hidden: frozenset[int]) -> None:
        super().__init__(name="unigram")
        self._rules = rules
        scores = np.array(rules.scores, np.float64)
        self._scores = scores.astype(np.float32).astype(np.float64)
        rounded = np.round(scores * _GRID) / _GRID
        self._models = [
            tf_text.SentencepieceTokenizer(
                sentencepiece.write(
                    _pieces(spec, rules, hidden, values.tolist()),
                    sentencepiece.ModelType.UNIGRAM,
                )
            )
            for values in (scores, rounded)
        ]

    def __call__(self, texts: tf.Tensor) -> tf.RaggedTensor:
        """Cuts texts.

        Args:
            texts: string [n], valid UTF-8.

        Returns:
            int64 [n, (ids)].
        """
        words = self._words(texts)
        return regrouped(words, each(words.flat_values, self._ids))

    def _words(self, texts: tf.Tensor) -> tf.RaggedTensor:
        if not self._rules.splits_white_space:
            return self._marked(texts)
        # The graph of an XLM-R gives single words, so that few texts are split.
        is_split = tf.logical_not(tf.strings.regex_full_match(texts, _WORD))
        word = MARK + texts if self._rules.marks_first else texts
        parts = tf_text.regex_split(tf.boolean_mask(texts, is_split), _SPACES)
        return _replaced(
            tf.RaggedTensor.from_tensor(word[:, tf.newaxis]),
            is_split,
            regrouped(parts, self._marked(parts.flat_values)),
        )

    def _marked(self, texts: tf.Tensor) -> tf.RaggedTensor:
        texts = tf.strings.regex_replace(texts, " ", MARK)
        if self._rules.marks_first:
            texts = tf.strings.regex_replace(texts, f"^[^{MARK}]", rf"{MARK}\0")
        if not self._rules.splits_at_marks:
            return tf.RaggedTensor.from_tensor(texts[:, tf.newaxis])
        return split(texts, _MARKED_WORD)

    def _ids(self, words: tf.Tensor) -> tf.RaggedTensor:
        ids = self._models[0].tokenize(words)
        # Of equal paths the one with the longest last token wins, so that a word that
        # is one token needs no second look.
        several = tf.where(ids.row_lengths() > 1)
        other = self._models[1].tokenize(tf.gather_nd(words, several))
        differs = tf.scatter_nd(
            several,
            _differ(tf.gather(ids, several[:, 0]), other),
            tf.shape(words, tf.int64),
        )
        ids = ids.with_values(tf.cast(ids.values, tf.int64))
        exact = self._exact(tf.boolean_mask(words, differs))
        return _replaced(ids, differs, exact)

    def _exact(self, words: tf.Tensor) -> tf.RaggedTensor:
        ways = [_cut(model, words) for model in self._models]
        ends = [
            tf.cast(ids.value_rowids(), tf.int64) * _LONGEST_WORD + end
            for ids, end in ways
        ]
        shared = [_among(ends[0], ends[1]), _among(ends[1], ends[0])]
        count = tf.reduce_sum(tf.cast(shared[0], tf.int64))
        parts = [
            _by_part(ids.values, is_shared, count)
            for (ids, _), is_shared in zip(ways, shared, strict=True)
        ]
        sums = [tf.reduce_sum(self._scored(part), axis=1) for part in parts]
        second = sums[1] >= sums[0]
        rows = tf.RaggedTensor.from_value_rowids(
            _replaced(parts[0], second, tf.gather(parts[1], tf.where(second)[:, 0])),
            tf.boolean_mask(ways[0][0].value_rowids(), shared[0]),
            nrows=ways[0][0].nrows(),
            validate=False,
        )
        return rows.merge_dims(1, 2)

    def _scored(self, ids: tf.RaggedTensor) -> tf.RaggedTensor:
        return ids.with_values(tf.gather(tf.constant(self._scores), ids.values))


def _cut(
    model: tf_text.SentencepieceTokenizer, words: tf.Tensor
) -> tuple[tf.RaggedTensor, tf.Tensor]:
    """Ids of words, and for each the byte behind it."""
    ids, _, ends = model.tokenize_with_offsets(words)
    return (
        ids.with_values(tf.cast(ids.values, tf.int64)),
        tf.cast(ends.values, tf.int64),
    )


def _by_part(ids: tf.Tensor, is_last: tf.Tensor, count: tf.Tensor) -> tf.RaggedTensor:
    """Groups ids into parts of words; `is_last` marks the last of each part."""
    part = tf.cumsum(tf.cast(is_last, tf.int64), exclusive=True)
    return tf.RaggedTensor.from_value_rowids(ids, part, nrows=count, validate=False)


def _differ(first: tf.RaggedTensor, second: tf.RaggedTensor) -> tf.Tensor:
    """Which rows of the first differ from those of the second."""
    moved = tf.gather(second.row_starts() - first.row_starts(), first.value_rowids())
    # Where a row of the second is shorter, this place is in another row, or nowhere.
    places = tf.range(tf.size(moved, tf.int64)) + moved
    places = tf.minimum(places, tf.size(second.values, tf.int64) - 1)
    other = first.values != tf.gather(second.values, places)
    count = tf.reduce_sum(first.with_values(tf.cast(other, tf.int64)), axis=1)
    return (count > 0) | (first.row_lengths() != second.row_lengths())


def _replaced(
    rows: tf.RaggedTensor, is_replaced: tf.Tensor, others: tf.RaggedTensor
) -> tf.RaggedTensor:
    """Puts other rows, in their order, where rows are replaced."""
    behind = rows.nrows() + tf.cumsum(tf.cast(is_replaced, tf.int64), exclusive=True)
    places = tf.where(is_replaced, behind, tf.range(rows.nrows()))
    return tf.gather(tf.concat([rows, others], 0), places)


def _among(numbers: tf.Tensor, others: tf.Tensor) -> tf.Tensor:
    """Whether ascending numbers are among others."""
    padded = tf.concat([others, [-1]], 0)
    return tf.gather(padded, tf.searchsorted(others, numbers)) == numbers


def _pieces(
    spec: Spec, rules: Unigram, hidden: frozenset[int], scores: list[float]
) -> list[Piece]:
    """The pieces in the order of their ids, so that no id has to be shifted."""
    found = []
    for number, score in enumerate(scores):
        kind = PieceType.NORMAL
        if number == rules.unknown:
            kind = PieceType.UNKNOWN
        elif number in hidden:
            kind = PieceType.CONTROL
        found.append(Piece(spec.names[number], score, kind))
    return found
