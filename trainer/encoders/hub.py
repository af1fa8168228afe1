"""A BERT from a SavedModel, as TF Hub and Kaggle Models publish them."""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf
import tensorflow_hub as hub
import tf_keras

from newsdesk.config.encoders import HubEncoder
from newsdesk.errors import ConfigError
from trainer.hub.models import load
from trainer.text.tokenizer import PADDING_ID

_KEY = "model.encoder.path"
_INPUTS = ("input_word_ids", "input_mask", "input_type_ids")
_HIDDEN, _POOLED = "sequence_output", "pooled_output"


class HubBert(tf_keras.layers.Layer):
    """Calls a SavedModel with the interface of BERT encoders.

    The interface is that of
    https://www.tensorflow.org/hub/common_saved_model_apis/text. Dropout was saved with
    the model: it draws from the process's random state, not from a step's seed.

    Args:
        config: the model.encoder section.
        id_count: number of possible token ids.
        max_length: the most tokens that a text has.
        precision: float32, because the model computes in its own dtype.

    Raises:
        ConfigError: the model cannot be loaded or does not fit.
    """

    shows_attention = False

    def __init__(
        self, config: HubEncoder, id_count: int, max_length: int, precision: str
    ) -> None:
        super().__init__(name="hub", trainable=config.trainable)
        if precision != "float32":
            raise ConfigError(
                f"train.precision is {precision!r}, but a SavedModel computes in the "
                "precision that it was saved in; set it to 'auto' for encoders of kind "
                "'hub'"
            )
        self._max_length = max_length
        loaded = load(config.path, _KEY, config.allow_operations).loaded
        _check(loaded, config.path, id_count, max_length)
        self._bert = hub.KerasLayer(loaded, trainable=config.trainable)
        if config.trainable and not self.trainable_weights:
            raise ConfigError(
                f"{_KEY}: {config.path} has no trainable variables; set "
                "model.encoder.trainable = false"
            )

    @property
    def depths(self) -> list[list[tf.Variable]]:
        """Trainable variables as one group, because their depth is not known."""
        return [self.trainable_weights]

    def call(self, input_ids: tf.Tensor, seed: tf.Tensor | None = None) -> tf.Tensor:
        """Computes a vector per token.

        Args:
            input_ids: int32 [batch, length], padded with 0.
            seed: int32 [2], switches dropout on where the encoder is trained.

        Returns:
            float32 [batch, length, width]; vectors at padding have no meaning.
        """
        # Only padding can be beyond max_length, and the model may have no embeddings of
        # such positions.
        kept = input_ids[:, : self._max_length]
        outputs = self._bert(_inputs(kept), training=seed is not None)
        beyond = tf.shape(input_ids)[1] - tf.shape(kept)[1]
        hidden = tf.pad(outputs[_HIDDEN], [[0, 0], [0, beyond], [0, 0]])
        # The model pools in the same call; running it again for `cls` would double
        # the work, and the pooler's weights have no agreed name.
        hidden.pooled = outputs[_POOLED]
        return hidden

    def cls(self, hidden: tf.Tensor) -> tf.Tensor:
        """Returns the vector of the first token after the model's pooling.

        Args:
            hidden: the tensor object that this layer returned, not a copy, because it
                carries the pooled vector.

        Returns:
            float32 [batch, width].
        """
        return hidden.pooled


def _inputs(input_ids: tf.Tensor) -> dict[str, tf.Tensor]:
    """The three inputs of the model, int32 [batch, length]; all of sentence type 0."""
    mask = tf.cast(input_ids != PADDING_ID, tf.int32)
    return dict(zip(_INPUTS, (input_ids, mask, tf.zeros_like(mask)), strict=True))


def _check(loaded: Any, path: str, id_count: int, max_length: int) -> None:
    """Tries the model's interface, with the longest text and the largest id."""
    try:
        outputs = loaded(_inputs(tf.ones([1, 1], tf.int32)))
    except (TypeError, ValueError):
        raise ConfigError(
            f"{_KEY}: {path} is not a BERT encoder: it cannot be called with "
            f"{', '.join(_INPUTS)}{_instead(loaded)}"
        ) from None
    given = outputs if isinstance(outputs, Mapping) else {}
    missing = [name for name in (_HIDDEN, _POOLED) if name not in given]
    if missing:
        raise ConfigError(
            f"{_KEY}: {path} is not a BERT encoder: it has no output "
            f"{', '.join(missing)}"
        )
    if not _reads(loaded, tf.ones([1, max_length], tf.int32)):
        raise ConfigError(
            f"text.max_length is {max_length}, but {path} cannot read texts that long; "
            "lower text.max_length"
        )
    if not _reads(loaded, tf.fill([1, 1], id_count - 1)):
        raise ConfigError(
            f"{_KEY}: {path} has fewer than the {id_count} word pieces of "
            "model.encoder.preprocess; use the encoder that belongs to that model"
        )


def _reads(loaded: Any, input_ids: tf.Tensor) -> bool:
    try:
        loaded(_inputs(input_ids))
    except (ValueError, tf.errors.InvalidArgumentError):
        return False
    return True


def _instead(loaded: Any) -> str:
    """Names the inputs of a model, if it declares them."""
    signature = loaded.signatures.get("serving_default")
    if signature is None:
        return ""
    names = sorted(signature.structured_input_signature[1])
    return f"; its inputs are {', '.join(names)}"
