"""A SavedModel so small that hundreds can be published in a minute."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from newsdesk import features
from newsdesk.published import manifest
from newsdesk.published.local_store import LocalStore
from newsdesk.published.manifest import Origin

LABELS = ["a", "b"]


def origin() -> Origin:
    """Where it came from."""
    return Origin(
        run="20260101-000000",
        run_key="inputs",
        data_digest="data",
        code_digest="code",
        labels=LABELS,
        metrics={"accuracy": 0.9},
        versions={},
    )


def export(
    folder: Path,
    scale: float = 0.1,
    names: Sequence[str] = tuple(LABELS),
    chosen: str = "argmax",
) -> None:
    """Writes it: the longer a text, the more probable is the second label.

    Args:
        folder: where to.
        scale: how much more.
        names: what it calls the two.
        chosen: "argmin" answers the less probable label.
    """
    import tensorflow as tf

    choose = {"argmax": tf.argmax, "argmin": tf.argmin}[chosen]
    module = tf.Module()
    module.scale = tf.Variable(scale)
    module.names = tf.constant(list(names))

    def answer(text: tf.Tensor) -> dict[str, tf.Tensor]:
        length = tf.cast(tf.strings.length(text), tf.float32)
        second = tf.sigmoid(module.scale * length - 1.0)
        probabilities = tf.stack([1.0 - second, second], axis=1)
        labels = tf.tile(module.names[None], [tf.shape(probabilities)[0], 1])
        return {
            features.LABEL: tf.gather(module.names, choose(probabilities, 1)),
            features.PROBABILITIES: probabilities,
            features.LABELS: labels,
        }

    def answer_examples(examples: tf.Tensor) -> dict[str, tf.Tensor]:
        spec = {features.TEXT: tf.io.FixedLenFeature([], tf.string)}
        return answer(tf.io.parse_example(examples, spec)[features.TEXT])

    def signature(method: Callable[..., Any], name: str) -> Any:
        spec = tf.TensorSpec([None], tf.string, name=name)
        return tf.function(method, [spec], autograph=False).get_concrete_function()

    signatures = {
        features.SERVING_TEXT: signature(answer, features.TEXT),
        features.SERVING_EXAMPLES: signature(answer_examples, features.EXAMPLES),
    }
    tf.saved_model.save(module, str(folder), signatures)


def push(exported: Path, destination: Path) -> int:
    """Publishes a copy over the newest version, as the Pusher does.

    Args:
        exported: the folder of the model.
        destination: the folder of the versions.

    Returns:
        The new version. Its manifest has the version before it as `data_digest`.
    """
    place = LocalStore(destination)
    newest = max(place.versions(), default=None)
    folder = place.stage()
    try:
        shutil.copytree(exported, folder, dirs_exist_ok=True)
        from_run = origin().model_copy(update={"data_digest": str(newest)})
        described = manifest.describe(folder, from_run)
        manifest.write(described, folder)
        return place.publish(folder, described, newest)
    finally:
        place.release(folder)
