"""Reads vocabulary and casing from a preprocessing SavedModel."""

import tensorflow as tf

from newsdesk.config.encoders import HubEncoder
from newsdesk.errors import ConfigError
from trainer.hub import files
from trainer.hub.models import HubModel, first_line, load
from trainer.text.vocabularies import HubPieces
from trainer.text.word_pieces import read as read_names

_KEY = "model.encoder.preprocess"
# The same word for a tokenizer that lower-cases and strips accents, but for no other.
_CASED, _UNCASED = "Café", "cafe"


def of_hub_encoder(encoder: HubEncoder) -> HubPieces:
    """Reads the tokenizer of a hub encoder.

    Args:
        encoder: the model.encoder section.

    Returns:
        See `read`.

    Raises:
        ConfigError: see `read`.
        DataError: see `read`.
    """
    return read(encoder.preprocess)


def read(handle: str) -> HubPieces:
    """Reads vocabulary and casing, so that our own tokenizer can replace the model's.

    Both give the same ids, with two exceptions: punctuation that is newer than the
    published tokenizer and, in cased models, spaces outside of ASCII, which the
    published tokenizer takes for letters.

    Args:
        handle: a URL of TF Hub or Kaggle Models, or a folder; the SavedModel has the
            interface of https://www.tensorflow.org/hub/common_saved_model_apis/text.

    Returns:
        Its vocabulary and casing.

    Raises:
        ConfigError: it cannot be loaded, or does not split texts into word pieces.
        DataError: the vocabulary cannot be read, or a piece is missing or doubled.
    """
    model = load(handle, _KEY)
    vocabulary = files.vocabulary(model.folder, _KEY)
    return HubPieces(read_names(vocabulary), _lower_cases(model, handle))


def _lower_cases(model: HubModel, handle: str) -> bool:
    """Tries the tokenizer, because no file of the model contains this setting."""
    try:
        with tf.init_scope():
            words = model.loaded.tokenize(tf.constant([_CASED, _UNCASED]))
            cased, uncased = words.to_list()
            return bool(cased == uncased)
    except (AttributeError, TypeError, ValueError, tf.errors.OpError) as error:
        raise ConfigError(
            f"{_KEY}: {handle} is not a preprocessing model, because its `tokenize` "
            f"does not split texts: {first_line(error)}; use the preprocessing model "
            "that belongs to the encoder"
        ) from None
