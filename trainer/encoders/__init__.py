"""Encoders: token ids to a vector per token."""

import pkgutil
from typing import Any

from newsdesk.config.encoders import Encoder


def build(
    config: Encoder, id_count: int, max_length: int, precision: str = "float32"
) -> Any:
    """Makes the encoder that `model.encoder.kind` names.

    Args:
        config: the model.encoder section.
        id_count: token ids that can occur.
        max_length: tokens of the longest text.
        precision: float32, bfloat16 or float16, the dtype of what the layer gives;
            variables are float32.

    Returns:
        A Keras layer from input_ids, int32 [batch, length] padded with 0, and an
        optional seed for dropout to [batch, length, width]. Its `cls` takes [batch,
        width] from that; `attention` gives the weights of every layer and head, unless
        `shows_attention` is false; `depths` are its trainable variables, from the
        embeddings to the last block.

    Raises:
        NewsdeskError: the encoder cannot be read or does not fit.
    """
    # Imported late, because the files of an encoder are inspected without TensorFlow.
    make = pkgutil.resolve_name(config.builder)
    return make(config, id_count, max_length, precision)
