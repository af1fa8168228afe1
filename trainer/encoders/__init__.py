"""Encoders: token ids to a vector per token."""

import tf_keras

from pipeline.config import Encoder
from pipeline.errors import NewsdeskError
from trainer.encoders.hub import HubBert
from trainer.encoders.transformer import Transformer


def build(
    config: Encoder, id_count: int, max_length: int, precision: str = "float32"
) -> tf_keras.layers.Layer:
    """Makes the encoder that `model.encoder.kind` names.

    Args:
        config: the model.encoder section.
        id_count: token ids that can occur.
        max_length: tokens of the longest text.
        precision: the dtype of hidden states.

    Returns:
        A layer from input_ids, int32 [batch, length] padded with 0, and an optional
        seed for dropout to float32 [batch, length, width]; its `attention` gives
        the weights of every layer and head.
    """
    if config.kind == "transformer":
        return Transformer(config, id_count, max_length)
    if config.kind == "hub":
        return HubBert(config, id_count, max_length, precision)
    raise NewsdeskError(f"encoders of kind {config.kind!r} are not there yet")
