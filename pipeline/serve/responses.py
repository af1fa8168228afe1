"""Calls signatures, and writes outputs as TensorFlow Serving's REST interface does."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pipeline.predict.answers import BATCH
from pipeline.serve.requests import ROWS, RequestError

# Outputs with such names are binary.
_BINARY = "_bytes"


def call(
    signature: Callable[..., Mapping[str, Any]], inputs: Mapping[str, Any]
) -> dict[str, np.ndarray]:
    """Calls a signature in batches, so that memory stays limited.

    Args:
        signature: of a loaded SavedModel.
        inputs: a tensor for each input.

    Returns:
        The outputs.

    Raises:
        RequestError: the inputs have different numbers of rows, or the outputs of
            two batches cannot be joined.
    """
    counts = {len(tensor) for tensor in inputs.values()}
    if len(counts) > 1:
        raise RequestError(f"the inputs have different numbers of rows: {counts}")
    batches = [
        {
            name: value.numpy()
            for name, value in signature(
                **{name: tensor[at : at + BATCH] for name, tensor in inputs.items()}
            ).items()
        }
        for at in range(0, max([1, *counts]), BATCH)
    ]
    try:
        return {
            name: np.concatenate([batch[name] for batch in batches])
            for name in batches[0]
        }
    except ValueError:
        raise RequestError(
            f"the outputs have one shape for the first {BATCH} rows and another for "
            f"the next; send at most {BATCH} rows at once"
        ) from None


def written(outputs: Mapping[str, np.ndarray], form: str) -> bytes:
    """Writes the body of an answer.

    Args:
        outputs: of a signature.
        form: of the request; ROWS or COLUMNS.

    Returns:
        JSON with the key `predictions` for rows, or `outputs` for columns.
    """
    values = {name: _plain(name, array) for name, array in outputs.items()}
    (first, *others) = values.values()
    if form == ROWS:
        rows = [
            dict(zip(values, row, strict=True))
            for row in zip(*values.values(), strict=True)
        ]
        found = {"predictions": rows if others else first}
    else:
        found = {"outputs": values if others else first}
    # NaN and Infinity are written as TensorFlow Serving writes them.
    return json.dumps(found, ensure_ascii=False).encode()


def _plain(name: str, array: np.ndarray) -> Any:
    if array.dtype == np.float32:
        # The shortest digits: 0.2 instead of 0.20000000298023224.
        array = array.astype(str).astype(float)
    values = array.tolist()
    return _text(values, name.endswith(_BINARY)) if array.dtype == object else values


def _text(value: Any, is_binary: bool) -> Any:
    if isinstance(value, list):
        return [_text(one, is_binary) for one in value]
    if is_binary:
        return {"b64": base64.b64encode(value).decode()}
    return value.decode("utf-8", "replace")
