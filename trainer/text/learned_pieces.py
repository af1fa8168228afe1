"""Pieces of words, learned from the train split with SentencePiece's trainer.

Kudo 2018, "Subword Regularization", describes the model: pieces with probabilities, of
which the likeliest sequence cuts a text. It needs no spaces between words.
"""

import hashlib
import heapq
import io
from collections import Counter
from collections.abc import Sequence, Set
from typing import Any

import apache_beam as beam
import numpy as np
import tensorflow as tf
import tensorflow_text as tf_text
import tensorflow_transform as tft

from newsdesk.config.text import Text

# So much of the train split decides the pieces. More takes longer and changes little.
SAMPLE_ROWS = 20_000
SAMPLE_CHARACTERS = 1000
# Without this many characters for each piece, most pieces are too rare to learn from.
_CHARACTERS_PER_PIECE = 50
# Padding, unknown, and one for each byte.
_FIXED_PIECES = 258
# SentencePiece puts it where a word begins.
_MARK = "▁"
_SEED = b"newsdesk"


def model_of(texts: tf.Tensor, config: Text) -> bytes | None:
    """Learns a model from the train split; to be called inside a preprocessing_fn.

    Args:
        texts: string [batch].
        config: the text section.

    Returns:
        A SentencePiece model. None while tf.Transform traces the function before the
        analysis; it traces the function again when the result is known.
    """
    (model,) = tft.experimental.ptransform_analyzer(
        [texts],
        _Learn(config.vocabulary_size, config.lower_case),
        [tf.uint8],
        [[None]],
        name="pieces",
    )
    known = tf.get_static_value(model)
    return None if known is None else known.tobytes()


def tokenizer_of(model: bytes) -> tf_text.SentencepieceTokenizer:
    """Makes the operations that cut texts, for `tft.make_and_track_object`.

    Args:
        model: a SentencePiece model.

    Returns:
        The tokenizer; its resource is saved with what tracks it.
    """
    return tf_text.SentencepieceTokenizer(model, out_type=tf.int32)


def train(texts: Sequence[str], size: int, lower_case: bool) -> bytes:
    """Learns pieces.

    Args:
        texts: the same texts in the same order give the same model.
        size: the largest number of pieces; fewer are learned from few texts.
        lower_case: whether upper and lower case are one.

    Returns:
        A SentencePiece model whose ids are 0 for padding, 1 for unknown characters,
        which no text has, and then one for each byte and one for each piece.
    """
    import sentencepiece

    common = _common_characters(texts, (size - _FIXED_PIECES) // 2)
    known = [_only(text, common) for text in texts]
    # The trainer refuses to learn from nothing.
    known = [text for text in known if text.strip()] or ["."]
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.Train(
        sentence_iterator=iter(known),
        model_writer=model,
        model_type="unigram",
        vocab_size=min(size, _fitting_size(known)),
        hard_vocab_limit=False,
        character_coverage=1.0,
        byte_fallback=True,
        normalization_rule_name="nmt_nfkc_cf" if lower_case else "nmt_nfkc",
        max_sentence_length=4 * SAMPLE_CHARACTERS,
        # Several threads add numbers in another order, and so give another model.
        num_threads=1,
        pad_id=0,
        unk_id=1,
        bos_id=-1,
        eos_id=-1,
        minloglevel=2,
    )
    return model.getvalue()


def names(model: bytes) -> list[str]:
    """Reads the pieces of a model.

    Args:
        model: a SentencePiece model.

    Returns:
        The pieces in the order of their ids.
    """
    import sentencepiece

    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    return [processor.id_to_piece(i) for i in range(processor.get_piece_size())]


def _common_characters(texts: Sequence[str], most: int) -> Set[str]:
    """Finds the characters that get a piece of their own; all others become bytes.

    The trainer refuses a size that has no place for every character, so at most half of
    the pieces are single characters.
    """
    counts = Counter(character for text in texts for character in text)
    ordered = sorted(counts, key=lambda character: (-counts[character], character))
    return {character for character in ordered[:most] if counts[character] > 1}


def _only(text: str, characters: Set[str]) -> str:
    return "".join(one if one in characters else " " for one in text)


def _fitting_size(texts: Sequence[str]) -> int:
    """A number of pieces that is not too large for so little text."""
    different = len(set().union(*texts)) + len(_MARK)
    length = sum(map(len, texts))
    return _FIXED_PIECES + different + length // _CHARACTERS_PER_PIECE


class _Learn(beam.PTransform):
    """Batches of texts -> one model as uint8 [bytes]."""

    def __init__(self, size: int, lower_case: bool) -> None:
        super().__init__()
        self._size, self._lower_case = size, lower_case

    def expand(self, batches: beam.PCollection) -> beam.PCollection:
        size, lower_case = self._size, self._lower_case
        return (
            batches
            | "Texts" >> beam.FlatMap(lambda columns: columns[0].tolist())
            | "Sample" >> beam.CombineGlobally(Sample())
            | "Train"
            >> beam.Map(
                lambda texts: np.frombuffer(train(texts, size, lower_case), np.uint8)
            )
        )


class Sample(beam.CombineFn):
    """Texts -> the different texts with the smallest hashes, cut to a length.

    The sample does not depend on the order of the rows, nor on the number of workers.
    """

    def create_accumulator(self) -> dict[bytes, str]:
        return {}

    def add_input(self, kept: dict[bytes, str], text: bytes) -> dict[bytes, str]:
        shown = text.decode("utf-8", "replace")[:SAMPLE_CHARACTERS]
        kept[hashlib.blake2b(shown.encode(), key=_SEED, digest_size=16).digest()] = (
            shown
        )
        return _smallest(kept) if len(kept) > 2 * SAMPLE_ROWS else kept

    def merge_accumulators(self, several: Any) -> dict[bytes, str]:
        merged: dict[bytes, str] = {}
        for kept in several:
            merged.update(kept)
        return _smallest(merged)

    def extract_output(self, kept: dict[bytes, str]) -> list[str]:
        return list(_smallest(kept).values())


def _smallest(kept: dict[bytes, str]) -> dict[bytes, str]:
    return {key: kept[key] for key in heapq.nsmallest(SAMPLE_ROWS, kept)}
