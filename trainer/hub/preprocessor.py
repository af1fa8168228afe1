"""What a preprocessing SavedModel says of the word pieces its encoder was made with."""

from dataclasses import dataclass

import tensorflow as tf

from newsdesk.config.encoders import HubEncoder
from newsdesk.errors import ConfigError
from trainer.hub import files
from trainer.hub.models import HubModel, first_line, load
from trainer.text.word_pieces import Pieces
from trainer.text.word_pieces import read as read_names

_KEY = "model.encoder.preprocess"
# One word to a tokenizer that lower-cases and strips accents, two to any other.
_CASED, _UNCASED = "Café", "cafe"


@dataclass(frozen=True)
class HubPieces:
    """How a preprocessing SavedModel cuts texts.

    Attributes:
        vocabulary: a text file with a piece a line.
        lower_case: whether texts are lower-cased and stripped of accents before.
    """

    vocabulary: str
    lower_case: bool


def of_hub_encoder(encoder: HubEncoder) -> Pieces:
    """Reads the tokenizer of a hub encoder.

    Args:
        encoder: the model.encoder section.

    Returns:
        The pieces of its preprocessing model.

    Raises:
        ConfigError: see `read`.
        DataError: the vocabulary cannot be read, or a piece is missing or doubled.
    """
    found = read(encoder.preprocess)
    names = read_names(found.vocabulary)
    return Pieces(found.vocabulary, names, found.lower_case, rules="tensorflow")


def read(handle: str) -> HubPieces:
    """Reads vocabulary and casing, so that a tokenizer of our own can take over.

    It gives the same ids but for punctuation younger than the published tokenizer and,
    in cased models, for spaces outside of ASCII: that one took them for letters.

    Args:
        handle: a URL of TF Hub or Kaggle Models, or a folder; the SavedModel has the
            interface of https://www.tensorflow.org/hub/common_saved_model_apis/text.

    Returns:
        What it was made with.

    Raises:
        ConfigError: it cannot be loaded, or does not cut texts into word pieces.
    """
    model = load(handle, _KEY)
    vocabulary = files.vocabulary(model.folder, _KEY)
    return HubPieces(vocabulary, _lower_cases(model, handle))


def _lower_cases(model: HubModel, handle: str) -> bool:
    """Asks the tokenizer itself, since no file of the model tells."""
    try:
        with tf.init_scope():
            words = model.loaded.tokenize(tf.constant([_CASED, _UNCASED]))
            cased, uncased = words.to_list()
            return bool(cased == uncased)
    except (AttributeError, TypeError, ValueError, tf.errors.OpError) as error:
        raise ConfigError(
            f"{_KEY}: {handle} is no preprocessing model, for its `tokenize` does not "
            f"cut texts: {first_line(error)}"
        ) from None
