"""Strings to token ids: words of a learned vocabulary, learned or given pieces."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import tensorflow as tf
import tensorflow_text as tf_text
import tensorflow_transform as tft

from newsdesk.config.encoders import Encoder
from newsdesk.config.text import Text
from newsdesk.errors import DataError
from trainer.text import learned_words, word_pieces
from trainer.text.padding import exchanged, swapped
from trainer.text.vocabularies import HubPieces, Tokens, file_of, find
from trainer.text.words import once_a_row, split_words
from trainer.tokenizers.graph import Tokenizer
from trainer.tokenizers.spec import Spec
from trainer.tokenizers.truncation import truncated

PADDING_ID = 0
UNKNOWN_ID = 1
UNKNOWN_PIECE = "[UNK]"
# The file of the transform graph that holds a token a line.
VOCABULARY = "tokens"

_FIRST_WORD_ID = 2


class Tokenized(NamedTuple):
    """The tokens of a batch of texts.

    Attributes:
        ids: int64 [batch, (tokens)], at least one and at most `max_length` in a row;
            the padding id only where a checkpoint's text has a literal padding token.
        count: int64 [batch], tokens before the text is cut, without special ones.
        unknown: int64 [batch], how many of these the vocabulary lacks.
        truncated: bool [batch], whether the text has more tokens than fit.
    """

    ids: tf.RaggedTensor
    count: tf.Tensor
    unknown: tf.Tensor
    truncated: tf.Tensor


def tokenize(
    texts: tf.Tensor, config: Text, encoder: Encoder, learned: str = ""
) -> Tokenized:
    """Turns texts into token ids; to be called inside a preprocessing_fn.

    Args:
        texts: string [batch], UTF-8 or not.
        config: the text section.
        encoder: the model.encoder section; a pretrained one has its own tokens.
        learned: the file of the words that `learn_words` learned; "" to learn them
            with Beam.

    Returns:
        The tokens of each text.
    """
    if config.tokenizer == "words":
        return _without_ends(_word_ids(texts, config, learned), config)
    if config.tokenizer == "pieces":
        return _without_ends(_learned_piece_ids(texts, config), config)
    found = find(config, encoder)
    if isinstance(found, HubPieces):
        return _hub_pieces(texts, found, config)
    return _given(texts, found, config)


def special_tokens(found: Tokens) -> int:
    """Counts the special tokens around each text, which text.max_length includes.

    Args:
        found: the tokenizer.

    Returns:
        Their number.
    """
    if isinstance(found, HubPieces):
        return 2
    return len(found.first) + len(found.last)


def unknown_id(found: Tokens) -> int | None:
    """Finds the id of unknown tokens in the files of a tokenizer.

    Args:
        found: the tokenizer.

    Returns:
        The id; None if no text has unknown tokens, as with bytes.
    """
    if isinstance(found, HubPieces):
        return found.names.index(UNKNOWN_PIECE)
    return found.special.get("unk")


def cutter(found: Tokens) -> Callable[[tf.Tensor], tf.RaggedTensor]:
    """Makes the function that cuts texts into tokens.

    Args:
        found: the tokenizer.

    Returns:
        A function from string [batch], UTF-8 or not, to int64 [batch, (tokens)]: the
        ids of the tokenizer's files, without special tokens at the ends.
    """
    if isinstance(found, HubPieces):
        return tf_text.FastBertTokenizer(
            found.names,
            token_out_type=tf.int64,
            lower_case_nfd_strip_accents=found.lower_case,
        ).tokenize
    return Tokenizer(found)


def table_of_words(path: str) -> tf.lookup.StaticHashTable:
    """Reads a vocabulary.

    Args:
        path: a text file with a token a line.

    Returns:
        A table from string to int64, the number of the line, -1 for any other.
    """
    return tf.lookup.StaticHashTable(
        tf.lookup.TextFileInitializer(
            path,
            tf.string,
            tf.lookup.TextFileIndex.WHOLE_LINE,
            tf.int64,
            tf.lookup.TextFileIndex.LINE_NUMBER,
        ),
        default_value=-1,
    )


def vocabulary_file(transform_output: tft.TFTransformOutput) -> str:
    """Finds the vocabulary among the assets of a transform graph.

    Args:
        transform_output: what Transform wrote.

    Returns:
        The path of a text file with a token a line.

    Raises:
        DataError: the transform graph has no vocabulary.
    """
    path = transform_output.vocabulary_file_by_name(VOCABULARY)
    if path is None:
        raise DataError(
            f"{transform_output.transform_savedmodel_dir}: holds no vocabulary; "
            "run Transform again"
        )
    return str(path)


def first_vocabulary_id(config: Text) -> int:
    """Tells which id the first line of the vocabulary file has.

    Args:
        config: the text section.

    Returns:
        0 for pieces, whose file counts padding; 2 for learned words.
    """
    return _FIRST_WORD_ID if config.tokenizer == "words" else 0


def id_count(path: str, config: Text) -> int:
    """Counts the ids that a text can have.

    Args:
        path: the vocabulary file.
        config: the text section.

    Returns:
        One more than the largest id.
    """
    with tf.io.gfile.GFile(path, "rb") as stream:
        return first_vocabulary_id(config) + sum(1 for _ in stream)


def learn_words(batches: Iterable[tf.Tensor], config: Text, folder: str) -> str | None:
    """Learns a vocabulary of words without Beam.

    Args:
        batches: string [batch], the texts of the train split.
        config: the text section.
        folder: for the file.

    Returns:
        The path of a text file with a word a line; None if no word can be learned.
    """
    words = learned_words.learn(batches, config, word_limit(config))
    return write_words(words, folder) if words else None


def word_limit(config: Text) -> int:
    """Returns the largest number of words that a learned vocabulary has.

    Args:
        config: the text section.
    """
    return config.vocabulary_size - _FIRST_WORD_ID


def write_words(words: Iterable[bytes], folder: str) -> str:
    """Writes a learned vocabulary.

    Args:
        words: its words.
        folder: for the file.

    Returns:
        The path of a text file with a word a line.
    """
    file = Path(folder, VOCABULARY)
    file.write_bytes(b"".join(word + b"\n" for word in words))
    return str(file)


def _word_ids(texts: tf.Tensor, config: Text, learned: str) -> tf.RaggedTensor:
    words = split_words(texts, config.lower_case)
    if learned:
        table = tft.make_and_track_object(
            lambda: table_of_words(learned), name=VOCABULARY
        )
        tft.annotate_asset(VOCABULARY, Path(learned).name)
        return tf.ragged.map_flat_values(table.lookup, words) + _FIRST_WORD_ID
    vocabulary = tft.vocabulary(
        # A word that one row repeats can be as private as one that it has once.
        once_a_row(words),
        top_k=word_limit(config),
        frequency_threshold=config.min_frequency,
        vocab_filename=VOCABULARY,
    )
    places = tft.apply_vocabulary(
        words, vocabulary, default_value=UNKNOWN_ID - _FIRST_WORD_ID
    )
    return places + _FIRST_WORD_ID


def _learned_piece_ids(texts: tf.Tensor, config: Text) -> tf.RaggedTensor:
    # Only Transform learns pieces, and training must start without Beam.
    from trainer.text import learned_pieces

    model = learned_pieces.model_of(texts, config)
    if model is None:
        # Before the analysis, only the type of the result matters.
        ids = tf.RaggedTensor.from_tensor(tf.fill([tf.size(texts), 1], UNKNOWN_ID))
        return tf.cast(ids, tf.int64)
    known = model
    pieces = tft.make_and_track_object(
        lambda: learned_pieces.tokenizer_of(known), name="pieces"
    )
    # The name is the key, because tf.Transform keeps no annotation made after analysis.
    _keep_as_asset(learned_pieces.names(model), VOCABULARY)
    return tf.cast(pieces.tokenize(texts), tf.int64)


def _without_ends(ids: tf.RaggedTensor, config: Text) -> Tokenized:
    return Tokenized(
        _fill_empty_rows(truncated(ids, config.max_length, config.truncation)),
        ids.row_lengths(),
        _occurrences(ids, UNKNOWN_ID),
        ids.row_lengths() > config.max_length,
    )


def _occurrences(ids: tf.RaggedTensor, wanted: int | None) -> tf.Tensor:
    if wanted is None:
        return tf.zeros_like(ids.row_lengths())
    return tf.reduce_sum(tf.cast(ids == wanted, tf.int64), axis=1)


def _fill_empty_rows(ids: tf.RaggedTensor) -> tf.RaggedTensor:
    """Gives rows without any token the unknown one, so that an average exists."""
    missing = tf.cast(ids.row_lengths() == 0, tf.int64)
    unknown = tf.fill([tf.reduce_sum(missing)], tf.constant(UNKNOWN_ID, tf.int64))
    return tf.concat([ids, tf.RaggedTensor.from_row_lengths(unknown, missing)], 1)


def _given(texts: tf.Tensor, found: Spec, config: Text) -> Tokenized:
    tokenizer = tft.make_and_track_object(lambda: Tokenizer(found), name="tokenizer")
    padding = found.special["pad"]
    _keep_as_asset(swapped(list(found.names), padding))
    ids = tokenizer(texts)
    return Tokenized(
        exchanged(
            tokenizer.with_ends(ids, config.max_length, config.truncation), padding
        ),
        ids.row_lengths(),
        _occurrences(ids, unknown_id(found)),
        ids.row_lengths() > config.max_length - special_tokens(found),
    )


def _hub_pieces(texts: tf.Tensor, pieces: HubPieces, config: Text) -> Tokenized:
    """The tokens of a model of the hub, whose special tokens have fixed names."""
    _keep_as_asset(pieces.names)
    ids = cutter(pieces)(texts)
    column = tf.ones([tf.shape(texts)[0], 1], tf.int64)
    first = column * pieces.names.index("[CLS]")
    last = column * pieces.names.index("[SEP]")
    most = config.max_length - special_tokens(pieces)
    return Tokenized(
        tf.concat([first, truncated(ids, most, config.truncation), last], 1),
        ids.row_lengths(),
        _occurrences(ids, unknown_id(pieces)),
        ids.row_lengths() > most,
    )


def _keep_as_asset(names: list[str], name: str = word_pieces.VOCABULARY) -> None:
    """Copies the vocabulary into the transform graph, where the Trainer finds it."""
    path = file_of(names, name)
    tft.make_and_track_object(lambda: table_of_words(path), name=VOCABULARY)
    tft.annotate_asset(VOCABULARY, Path(path).name)
