"""Describes the signatures of a model as TensorFlow Serving's REST interface does."""

from collections.abc import Mapping
from typing import Any


def signature_map(signatures: Mapping[str, Any]) -> dict[str, Any]:
    """Describes signatures.

    Args:
        signatures: SignatureDefs of a SavedModel, by name.

    Returns:
        Values for JSON: the SignatureDefMap of a GetModelMetadataResponse.
    """
    return {
        "signature_def": {
            name: {
                "inputs": _tensors(signature.inputs),
                "outputs": _tensors(signature.outputs),
                "method_name": signature.method_name,
            }
            for name, signature in signatures.items()
        }
    }


def _tensors(infos: Mapping[str, Any]) -> dict[str, Any]:
    from tensorflow.core.framework import types_pb2

    return {
        name: {
            "dtype": types_pb2.DataType.Name(info.dtype),
            "tensor_shape": {
                # JSON has int64 as strings.
                "dim": [
                    {"size": str(dim.size), "name": dim.name}
                    for dim in info.tensor_shape.dim
                ],
                "unknown_rank": info.tensor_shape.unknown_rank,
            },
            "name": info.name,
        }
        for name, info in infos.items()
    }
