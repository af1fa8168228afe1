"""Predict requests are read as TensorFlow Serving reads them, or refused."""

import json
from typing import Any

import pytest
import tensorflow as tf

from pipeline.serve.requests import COLUMNS, ROWS, RequestError, parse, tensors

TEXT = {"text": tf.TensorSpec([None], tf.string, "text")}
TWO = {
    "flag": tf.TensorSpec([None], tf.bool, "flag"),
    "size": tf.TensorSpec([None, 2], tf.float32, "size"),
}


def _read(specs: dict[str, Any], body: Any) -> dict[str, Any]:
    found = tensors(parse(json.dumps(body).encode()), specs)
    return {name: tensor.numpy().tolist() for name, tensor in found.items()}


@pytest.mark.parametrize(
    "body",
    [
        {"instances": ["a", {"b64": "Yg=="}]},
        {"instances": [{"text": "a"}, {"text": {"b64": "Yg=="}}]},
        {"inputs": ["a", "b"]},
        {"inputs": {"text": ["a", "b"]}},
    ],
)
def test_rows_and_columns_with_and_without_names_are_the_same(body: Any) -> None:
    assert _read(TEXT, body) == {"text": [b"a", b"b"]}


def test_several_inputs_have_names() -> None:
    found = {"flag": [True, False], "size": [[1.0, 2.0], [3.0, 4.5]]}
    rows = [{"flag": True, "size": [1, 2]}, {"flag": False, "size": [3, 4.5]}]
    assert _read(TWO, {"instances": rows}) == found
    assert _read(TWO, {"inputs": found}) == found


def test_the_signature_is_the_default_one_or_named() -> None:
    assert parse(b'{"inputs": []}').signature == "serving_default"
    assert parse(b'{"inputs": [], "signature_name": ""}').signature == "serving_default"
    named = parse(b'{"instances": [1], "signature_name": "x"}')
    assert (named.signature, named.form) == ("x", ROWS)
    assert parse(b'{"inputs": "a"}').form == COLUMNS


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the body is not JSON: Expecting value"),
        (b"[" * 100_000, "the body is not JSON"),
        (b"\xff\xfe", "the body is not JSON"),
        (b"[]", "the body is not a JSON object"),
        (b"{}", "neither of 'instances' and 'inputs'"),
        (b'{"instances": ["a"], "inputs": ["a"]}', "both of"),
        (b'{"instances": []}', "at least one value"),
        (b'{"instances": "a"}', "is not a list"),
        (b'{"inputs": [], "signature_name": 1}', "signature_name is not a string"),
    ],
)
def test_a_body_that_is_no_request_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        parse(body)


@pytest.mark.parametrize(
    ("specs", "body", "message"),
    [
        (TEXT, {"instances": [1]}, r"instances\[0\]: is not a string"),
        (TEXT, {"instances": [{"b64": "*"}]}, r"instances\[0\]: is not base64"),
        (TEXT, {"instances": ["a\ud800"]}, r"instances\[0\]: contains a lone surrog"),
        (TEXT, {"instances": [["a"]]}, r"has the shape \[1, 1\], and text takes"),
        (TEXT, {"instances": ["a", ["b"]]}, "instances: "),
        (TEXT, {"inputs": "a"}, r"inputs: has the shape \[\]"),
        (TEXT, {"instances": [{"txt": "a"}]}, "has the keys txt, and the signature"),
        (TEXT, {"instances": [{"text": "a"}, "b"]}, r"instances\[1\]: does not have"),
        (TEXT, {"instances": ["b", {"text": "a"}]}, r"instances\[0\]: does not have"),
        (TWO, {"instances": ["a"]}, "has the inputs flag, size; send an object"),
        (TWO, {"inputs": {"flag": [1], "size": []}}, r"\[0\]: is not of type bool"),
        (TWO, {"inputs": {"flag": [], "size": [[True, 1]]}}, "not of type float32"),
    ],
)
def test_values_that_do_not_fit_are_named(
    specs: dict[str, Any], body: Any, message: str
) -> None:
    with pytest.raises(RequestError, match=message) as refused:
        _read(specs, body)
    assert refused.value.status == 400
