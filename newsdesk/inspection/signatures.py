"""The signatures that every model of this project has."""

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
    """Compares a model's signatures with those that a run exports.

    Args:
        folder: of a SavedModel, which is parsed and not loaded.

    Returns:
        The first difference, None if there is none.

    Raises:
        ModelError: its saved_model.pb is not a regular file.
        OSError: its saved_model.pb cannot be read.
    """
    from tensorflow.core.protobuf import saved_model_pb2

    graph = regular.read(folder / "saved_model.pb", MAX_BYTES)
    model = saved_model_pb2.SavedModel.FromString(graph)
    found = model.meta_graphs[0].signature_def
    for name, (inputs, outputs) in _SIGNATURES.items():
        if name not in found:
            return f"it has no signature {name}"
        for verb, expected, tensors in (
            ("takes", inputs, found[name].inputs),
            ("gives", outputs, found[name].outputs),
        ):
            actual = {key: _type_of(info) for key, info in tensors.items()}
            if actual != expected:
                return (
                    f"its signature {name} {verb} {_listed(actual)}, not "
                    f"{_listed(expected)}"
                )
    return None


def _type_of(info: Any) -> str:
    """Type and rank without sizes, which may differ between models."""
    from tensorflow.core.framework import types_pb2

    kind = types_pb2.DataType.Name(info.dtype).removeprefix("DT_").lower()
    kind = {"float": "float32"}.get(kind, kind)
    return f"{kind} [{', '.join('?' for _ in info.tensor_shape.dim)}]"


def _listed(tensors: dict[str, str]) -> str:
    return ", ".join(f"{name}: {kind}" for name, kind in sorted(tensors.items()))
