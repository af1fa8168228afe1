"""What a published model learned, in a form that can be compared bit by bit."""

import hashlib
from pathlib import Path
from typing import NamedTuple

from newsdesk.errors import ModelError
from newsdesk.published import manifest

# Describes the objects that hold the variables, in another order in each export.
_OBJECTS = "_CHECKPOINTABLE_OBJECT_GRAPH"


class Learned(NamedTuple):
    """What a training came to.

    Attributes:
        version: of the model.
        weights: a digest of names, shapes, types and values of all variables.
        metrics: by name, from the manifest.
    """

    version: int
    weights: str
    metrics: dict[str, float]


def newest(root: Path) -> Learned | None:
    """Reads the version that is in service.

    Args:
        root: of the pipeline.

    Returns:
        What it learned; None if there is no version, or the newest is damaged.
    """
    versions = (root / "serving").glob("[0-9]*")
    folder = max(versions, key=lambda path: int(path.name), default=None)
    if folder is None:
        return None
    try:
        metrics = manifest.verify(folder).origin.metrics
    except ModelError:
        return None
    return Learned(int(folder.name), of_model(folder), metrics)


def of_model(folder: Path) -> str:
    """Digests the variables of a SavedModel.

    Args:
        folder: of the model.

    Returns:
        Hexadecimal digits, equal only if every bit of every variable is.
    """
    import tensorflow as tf

    reader = tf.train.load_checkpoint(str(folder / "variables" / "variables"))
    digest = hashlib.sha256()
    for name in sorted(set(reader.get_variable_to_shape_map()) - {_OBJECTS}):
        value = reader.get_tensor(name)
        digest.update(f"{name} {value.dtype} {value.shape}".encode())
        digest.update(value.tobytes())
    return digest.hexdigest()
