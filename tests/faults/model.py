"""A SavedModel so small that hundreds can be published in a minute."""

from pathlib import Path

from pipeline import features
from pipeline.published.manifest import Origin

LABELS = ["a", "b"]


def origin() -> Origin:
    """Where it came from."""
    return Origin(
        run="20260101-000000",
        inputs="inputs",
        data="data",
        code="code",
        labels=LABELS,
        metrics={"accuracy": 0.9},
        versions={},
    )


def export(folder: Path) -> None:
    """Writes it: the longer a text, the more probable is the second label.

    Args:
        folder: where to.
    """
    import tensorflow as tf

    module = tf.Module()
    module.scale = tf.Variable(0.1)
    module.names = tf.constant(LABELS)

    def answer(text: tf.Tensor) -> dict[str, tf.Tensor]:
        length = tf.cast(tf.strings.length(text), tf.float32)
        second = tf.sigmoid(module.scale * length - 1.0)
        probabilities = tf.stack([1.0 - second, second], axis=1)
        labels = tf.tile(module.names[None], [tf.shape(probabilities)[0], 1])
        return {
            features.LABEL: tf.gather(module.names, tf.argmax(probabilities, 1)),
            features.PROBABILITIES: probabilities,
            features.LABELS: labels,
        }

    spec = tf.TensorSpec([None], tf.string, name=features.TEXT)
    signature = tf.function(answer, [spec], autograph=False).get_concrete_function()
    tf.saved_model.save(module, str(folder), {features.SERVING_TEXT: signature})
