"""A tiny SavedModel that classifies texts by their length."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def save(folder: Path, card: Mapping[str, Any]) -> None:
    """Saves a model that predicts `long` for texts above five bytes, else `short`.

    Args:
        folder: where to save it.
        card: the content of its model card.
    """
    import tensorflow as tf

    class Lengths(tf.Module):  # type: ignore[misc]
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")])
        def answer(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
            is_long = tf.strings.length(text) > 5
            long = tf.where(is_long, 0.75, 0.25)
            names = tf.constant(["short", "long"])
            return {
                "label": tf.gather(names, tf.cast(is_long, tf.int32)),
                "probabilities": tf.stack([1 - long, long], 1),
                "labels": tf.tile(names[None], [tf.size(text), 1]),
            }

    lengths = Lengths()
    tf.saved_model.save(lengths, str(folder), signatures=lengths.answer)
    file = folder / "assets.extra" / "newsdesk.json"
    file.parent.mkdir()
    file.write_text(json.dumps(card))
