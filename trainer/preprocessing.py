"""Turns raw features into model inputs, in Transform and in the served graph."""

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import tensorflow as tf

from newsdesk import features
from newsdesk.errors import DataError
from trainer.custom_config import TransformSettings
from trainer.text import learned_words, tokenizer

# Fixed, so that a text has the same key in every run.
_HASH_KEY = [0x6E657773, 0x6465736B]


def preprocessing_fn(
    inputs: Mapping[str, Any], custom_config: Mapping[str, Any]
) -> dict[str, Any]:
    """Turns a batch of raw features into transformed ones.

    Args:
        inputs: `text`: string [batch] or [batch, 1]; `label`: int64 likewise.
        custom_config: the fields of `TransformSettings`.

    Returns:
        `input_ids`: int64 [batch, (tokens)], sparse and unpadded; `token_count`:
        int64 [batch], tokens before texts are cut; `unknown_count`: int64 [batch], how
        many of these are unknown; `truncated`: int64 [batch], 1 if the text is cut;
        `text_key`: int64 [batch], a hash of the text; `label`: int64 [batch].

    Raises:
        DataError: the schema allows rows without text or label, or with several.
    """
    settings = TransformSettings.model_validate(custom_config)
    texts = _column(inputs, features.TEXT)
    tokens = tokenizer.tokenize(
        texts, settings.text, settings.encoder, settings.learned
    )
    return {
        features.INPUT_IDS: tokens.ids.to_sparse(),
        features.TOKEN_COUNT: tokens.count,
        features.UNKNOWN_COUNT: tokens.unknown,
        features.TRUNCATED: tf.cast(tokens.truncated, tf.int64),
        features.TEXT_KEY: tf.strings.to_hash_bucket_strong(
            texts, num_buckets=2**63 - 1, key=_HASH_KEY
        ),
        features.LABEL: _column(inputs, features.LABEL),
    }


def learn(
    batches: Iterable[Mapping[str, Any]], custom_config: Mapping[str, Any], folder: str
) -> dict[str, Any] | None:
    """Learns from the train split what `preprocessing_fn` needs, without Beam.

    Args:
        batches: the train split as `preprocessing_fn` gets it; not read if nothing has
            to be learned.
        custom_config: the fields of `TransformSettings`.
        folder: for files, which the transform graph copies.

    Returns:
        The settings with what was learned; None if it must be learned with Beam.

    Raises:
        DataError: the schema allows rows without text, or with several.
    """
    settings = TransformSettings.model_validate(custom_config)
    learned: str | None = ""
    if settings.text.tokenizer == "pieces":
        return None
    if settings.text.tokenizer == "words":
        texts = (_column(batch, features.TEXT) for batch in batches)
        learned = tokenizer.learn_words(texts, settings.text, folder)
    return None if learned is None else {**custom_config, "learned": learned}


def learn_on_workers(
    most_frequent: Callable[..., list[bytes]],
    custom_config: Mapping[str, Any],
    folder: str,
) -> dict[str, Any]:
    """Learns what `learn` learns, on workers of Beam.

    Args:
        most_frequent: makes a pass over the train split, see
            `components.transform_passes.Passes`; not called if nothing has to be
            learned.
        custom_config: the fields of `TransformSettings`; the tokenizer is not
            `pieces`, which tf.Transform learns.
        folder: for files, which the transform graph copies.

    Returns:
        The settings with what was learned.

    Raises:
        DataError: no word can be learned.
    """
    settings = TransformSettings.model_validate(custom_config)
    learned = ""
    if settings.text.tokenizer == "words":
        least = settings.text.min_frequency
        count = functools.partial(_words, lower_case=settings.text.lower_case)
        words = most_frequent(count, least, tokenizer.word_limit(settings.text))
        if not words:
            raise DataError(
                f"the train split has no word that is in {least} rows, so that no "
                "vocabulary can be learned; check the texts, or set text.min_frequency "
                "lower"
            )
        learned = tokenizer.write_words(words, folder)
    return {**custom_config, "learned": learned}


def _words(batch: Mapping[str, Any], lower_case: bool) -> dict[bytes, int]:
    return learned_words.counted(_column(batch, features.TEXT), lower_case)


def _column(inputs: Mapping[str, Any], name: str) -> tf.Tensor:
    values = inputs[name]
    if not isinstance(values, tf.Tensor) or any(size != 1 for size in values.shape[1:]):
        raise DataError(
            f"schema: {name!r} must have exactly one value in every row; give it "
            "presence { min_fraction: 1 } and shape { }"
        )
    return tf.reshape(values, [-1])
