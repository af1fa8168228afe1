"""SavedModels that pass the allow-list and do not come back."""

from pathlib import Path
from typing import Any

from newsdesk import features


def export(folder: Path, when: str) -> None:
    """Writes a model that loops for ever.

    Args:
        folder: where to.
        when: "called" or "loaded".
    """
    import tensorflow as tf

    def forever(number: tf.Tensor) -> tf.Tensor:
        (found,) = tf.while_loop(
            lambda given: given < 2.0, lambda given: (given * 0.5,), (number,)
        )
        return found

    class Resource(tf.saved_model.experimental.TrackableResource):
        def _create_resource(self) -> Any:
            return tf.raw_ops.HashTableV2(key_dtype=tf.string, value_dtype=tf.int64)

        def _initialize(self) -> None:
            forever(tf.constant(1.0))

    module = tf.Module()
    if when == "loaded":
        module.resource = Resource()
    spec = tf.TensorSpec([None], tf.string, features.TEXT)

    @tf.function(input_signature=[spec], autograph=False)
    def answer(text: tf.Tensor) -> dict[str, tf.Tensor]:
        length = tf.cast(tf.strings.length(text), tf.float32)
        if when == "called":
            length *= forever(tf.reduce_sum(length) * 0.0 + 1.0)
        return {features.PROBABILITIES: length}

    module.answer = answer
    tf.saved_model.save(module, str(folder), {features.SERVING_TEXT: answer})
