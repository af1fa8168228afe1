"""Reads predict requests in the form of TensorFlow Serving's REST interface.

The form is described at https://www.tensorflow.org/tfx/serving/api_rest.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from newsdesk import features
from newsdesk.errors import first_line

ROWS, COLUMNS = "instances", "inputs"
_BASE64 = "b64"


class RequestError(Exception):
    """A request that cannot be answered.

    Attributes:
        status: the HTTP status.
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Predict:
    """A predict request.

    Attributes:
        signature: the name of the signature.
        form: ROWS or COLUMNS.
        values: of this key of the request.
    """

    signature: str
    form: str
    values: Any


def parse(body: bytes) -> Predict:
    """Reads the body of a predict request.

    Args:
        body: a JSON object.

    Returns:
        The request; the values are not checked yet.

    Raises:
        RequestError: the body is not a predict request.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestError(f"the body is not JSON: {first_line(error)}") from None
    if not isinstance(found, dict):
        raise RequestError("the body is not a JSON object")
    signature = found.get("signature_name", features.SERVING_TEXT)
    if not isinstance(signature, str):
        raise RequestError("signature_name is not a string")
    forms = [form for form in (ROWS, COLUMNS) if form in found]
    if len(forms) != 1:
        raise RequestError(
            f"the body has {'both' if forms else 'neither'} of {ROWS!r} and "
            f"{COLUMNS!r}; send one of them"
        )
    values = found[forms[0]]
    if forms == [ROWS] and not (isinstance(values, list) and values):
        raise RequestError(f"{ROWS} is not a list with at least one value")
    return Predict(signature or features.SERVING_TEXT, forms[0], values)


def tensors(request: Predict, specs: Mapping[str, Any]) -> dict[str, Any]:
    """Makes the inputs of a signature.

    Args:
        request: the request.
        specs: the TensorSpec of each input, by its name.

    Returns:
        A tensor for each input.

    Raises:
        RequestError: a value is missing, or has another type or shape.
    """
    by_name = _columns(request.values) if request.form == ROWS else request.values
    if not _is_object(by_name):
        if len(specs) > 1:
            raise RequestError(
                f"{request.form}: the signature {request.signature} has the inputs "
                f"{', '.join(sorted(specs))}; send an object with these keys"
            )
        by_name = dict.fromkeys(specs, by_name)
    if by_name.keys() != specs.keys():
        raise RequestError(
            f"{request.form}: has the keys {', '.join(sorted(by_name))}, and the "
            f"signature {request.signature} takes {', '.join(sorted(specs))}"
        )
    return {
        name: _tensor(values, specs[name], request.form)
        for name, values in by_name.items()
    }


def _columns(rows: list[Any]) -> Any:
    """Turns rows with names into columns; rows without names stay as they are."""
    if not any(map(_is_object, rows)):
        return rows
    keys = rows[0].keys() if _is_object(rows[0]) else None
    for index, row in enumerate(rows):
        if not _is_object(row) or row.keys() != keys:
            raise RequestError(f"{ROWS}[{index}]: does not have the keys of {ROWS}[0]")
    return {key: [row[key] for row in rows] for key in keys or ()}


def _is_object(value: Any) -> bool:
    """Whether a value is an object with names, and not a string in base64."""
    return isinstance(value, dict) and value.keys() != {_BASE64}


def _tensor(values: Any, spec: Any, where: str) -> Any:
    import tensorflow as tf

    try:
        tensor = tf.constant(_converted(values, spec.dtype, where), spec.dtype)
    except (ValueError, TypeError, OverflowError) as error:
        raise RequestError(f"{where}: {first_line(error)}") from None
    if not spec.shape.is_compatible_with(tensor.shape):
        raise RequestError(
            f"{where}: has the shape {list(tensor.shape)}, and {spec.name} takes "
            f"{list(spec.shape)}"
        )
    return tensor


def _converted(value: Any, dtype: Any, where: str) -> Any:
    if isinstance(value, list):
        return [
            _converted(one, dtype, f"{where}[{index}]")
            for index, one in enumerate(value)
        ]
    kind = type(value)
    if dtype.name == "string":
        return _bytes(value, where)
    # True is an int in Python, and not a number in JSON.
    if (dtype.is_bool and kind is not bool) or (
        not dtype.is_bool and kind not in (int, float)
    ):
        raise RequestError(f"{where}: is not of type {dtype.name}")
    return value


def _bytes(value: Any, where: str) -> bytes:
    try:
        if isinstance(value, str):
            return value.encode()
        if isinstance(value, dict) and isinstance(value.get(_BASE64), str):
            return base64.b64decode(value[_BASE64], validate=True)
    except UnicodeEncodeError:
        raise RequestError(
            f"{where}: contains a lone surrogate, which UTF-8 lacks"
        ) from None
    except binascii.Error:
        raise RequestError(f"{where}: is not base64") from None
    raise RequestError(f"{where}: is not a string")
