"""Encoders, which turn token ids into one vector per token."""

import pkgutil
from typing import Any

from newsdesk.config.encoders import Encoder


def build(
    config: Encoder, id_count: int, max_length: int, precision: str = "float32"
) -> Any:
    """Makes the encoder that `model.encoder.kind` names.

    Args:
        config: the model.encoder section.
        id_count: number of possible token ids.
        max_length: the most tokens that a text has.
        precision: float32, bfloat16 or float16, the dtype of the result; variables
            are float32.

    Returns:
        A Keras layer. It takes input_ids, int32 [batch, length] padded with 0, and an
        optional seed for dropout, and returns [batch, length, width]. Its `cls` turns
        this result into [batch, width]. Its `attention` computes the weights of every
        layer and head, unless `shows_attention` is false. Its `depths` are its
        trainable variables, from the embeddings to the last block.

    Raises:
        NewsdeskError: the encoder cannot be read, or does not fit the other settings.
    """
    # Imported late, because the files of an encoder are inspected without TensorFlow.
    make = pkgutil.resolve_name(config.builder)
    return make(config, id_count, max_length, precision)
