"""A SavedModel of words: it says `oil` if there is `oil`, and shows its attention."""

import json
from pathlib import Path


def save(folder: Path, encoder: str = "transformer", longest: int = 512) -> None:
    """Writes a model with two layers of two heads that does not know `xyzzy`.

    In its first layer, a token looks at itself; in its second, at all alike.

    Args:
        folder: where to.
        encoder: the kind in the model card; `hub` shows no attention.
        longest: the most tokens that it claims to read.
    """
    import tensorflow as tf

    module = tf.Module()
    text_spec = tf.TensorSpec([None], tf.string, name="text")

    def answer(text: tf.Tensor) -> dict[str, tf.Tensor]:
        found = tf.strings.regex_full_match(text, "(?s).*oil.*")
        oil = tf.where(found, 0.875, 0.25)
        names = tf.constant(["goal", "oil"])
        return {
            "label": tf.gather(names, tf.cast(oil > 0.5, tf.int32)),
            "probabilities": tf.stack([1 - oil, oil], 1),
            "labels": tf.tile(names[None], [tf.size(text), 1]),
        }

    def cover(text: tf.Tensor) -> dict[str, tf.Tensor]:
        tokens = tf.strings.split(text)
        count = tokens.row_lengths()
        unknown = tf.cast(tokens.to_tensor("") == "xyzzy", tf.float32)
        share = tf.reduce_sum(unknown, 1) / tf.cast(tf.maximum(count, 1), tf.float32)
        return {"truncated": count > longest, "unknown_share": share}

    def attend(text: tf.Tensor) -> dict[str, tf.Tensor]:
        tokens = tf.strings.split(text).to_tensor("")
        there = tf.cast(tokens != "", tf.float32)
        count = tf.reduce_sum(there, 1)[:, None, None]
        alike = there[:, None, :] * there[:, :, None] / count
        places = tf.range(tf.shape(tokens)[1])
        # Not tf.eye, whose operation is not on the allow-list.
        itself = tf.cast(places[:, None] == places[None], tf.float32)
        layers = tf.stack([tf.broadcast_to(itself, tf.shape(alike)), alike], 1)
        layers = layers[:, :, None]
        return {"tokens": tokens, "attention": tf.tile(layers, [1, 1, 2, 1, 1])}

    methods = {"serving_default": answer, "coverage": cover}
    if encoder != "hub":
        methods["attention"] = attend
    signatures = {
        name: tf.function(method, [text_spec], autograph=False).get_concrete_function()
        for name, method in methods.items()
    }
    tf.saved_model.save(module, str(folder), signatures)
    card = folder / "assets.extra" / "newsdesk.json"
    card.parent.mkdir()
    card.write_text(json.dumps({"encoder": encoder, "max_length": longest}))
