"""The signatures that every model of ours has."""

from pathlib import Path
from typing import Any

from newsdesk import features, regular
from newsdesk.inspection.parsed import MAX_BYTES

_ANSWER = {
    features.LABEL: "string [?]",
    features.LABELS: "string [?, ?]",
    features.PROBABILITIES: "float32 [?, ?]",
}
_SIGNATURES = {
    features.SERVING_TEXT: ({features.TEXT: "string [?]"}, _ANSWER),
    features.SERVING_EXAMPLES: ({features.EXAMPLES: "string [?]"}, _ANSWER),
}


def difference(folder: Path) -> str | None:
    """Holds a model's signatures against those that a run exports.

    Args:
        folder: of a SavedModel, which is parsed and not loaded.

    Returns:
        The first difference, None if there is none.

    Raises:
        ModelError: it is something else than a regular file.
        OSError: it cannot be read.
    """
    from tensorflow.core.protobuf import saved_model_pb2

    graph = regular.read(folder / "saved_model.pb", MAX_BYTES)
    model = saved_model_pb2.SavedModel.FromString(graph)
    found = model.meta_graphs[0].signature_def
    for name, (inputs, outputs) in _SIGNATURES.items():
        if name not in found:
            return f"it has no signature {name}"
        for what, wanted, given in (
            ("takes", inputs, found[name].inputs),
            ("gives", outputs, found[name].outputs),
        ):
            there = {one: _told(info) for one, info in given.items()}
            if there != wanted:
                return f"its signature {name} {what} {_shown(there)}, not " + _shown(
                    wanted
                )
    return None


def _told(info: Any) -> str:
    """Type and rank; a size that is known may differ from model to model."""
    from tensorflow.core.framework import types_pb2

    kind = types_pb2.DataType.Name(info.dtype).removeprefix("DT_").lower()
    kind = {"float": "float32"}.get(kind, kind)
    return f"{kind} [{', '.join('?' for _ in info.tensor_shape.dim)}]"


def _shown(tensors: dict[str, str]) -> str:
    return ", ".join(f"{name}: {told}" for name, told in sorted(tensors.items()))
