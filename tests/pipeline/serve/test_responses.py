"""Answers have the form of TensorFlow Serving's."""

import json
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from pipeline.predict.answers import BATCH
from pipeline.serve.requests import COLUMNS, ROWS, RequestError
from pipeline.serve.responses import call, written


def _json(outputs: dict[str, Any], form: str) -> Any:
    return json.loads(written(outputs, form))


def test_several_outputs_have_names_and_one_has_none() -> None:
    label = np.array([b"a", "ä".encode()], object)
    share = np.array([[0.2, 0.8], [0.1, 0.9]], np.float32)
    assert _json({"label": label}, ROWS) == {"predictions": ["a", "ä"]}
    assert _json({"label": label}, COLUMNS) == {"outputs": ["a", "ä"]}
    assert _json({"label": label, "share": share}, ROWS)["predictions"] == [
        {"label": "a", "share": [0.2, 0.8]},
        {"label": "ä", "share": [0.1, 0.9]},
    ]
    columns = _json({"label": label, "share": share}, COLUMNS)["outputs"]
    assert columns == {"label": ["a", "ä"], "share": [[0.2, 0.8], [0.1, 0.9]]}


def test_binary_outputs_numbers_and_broken_text_are_written() -> None:
    raw = np.array([b"\xff"], object)
    assert _json({"raw_bytes": raw}, ROWS) == {"predictions": [{"b64": "/w=="}]}
    assert _json({"raw": raw}, ROWS) == {"predictions": ["\ufffd"]}
    assert written({"x": np.array([np.nan, np.inf], np.float32)}, COLUMNS) == (
        b'{"outputs": [NaN, Infinity]}'
    )
    assert _json({"x": np.array([True])}, ROWS) == {"predictions": [True]}


def test_many_rows_are_answered_in_batches_and_in_order() -> None:
    sizes = []

    def double(x: tf.Tensor) -> dict[str, tf.Tensor]:
        sizes.append(len(x))
        return {"y": 2 * x}

    found = call(double, {"x": tf.range(2 * BATCH + 1)})
    assert found["y"].tolist() == list(range(0, 4 * BATCH + 1, 2))
    assert sizes == [BATCH, BATCH, 1]
    assert call(double, {"x": tf.range(0)})["y"].tolist() == []


def test_outputs_that_cannot_be_joined_are_refused() -> None:
    def square(x: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"y": tf.ones([len(x), len(x)])}

    with pytest.raises(RequestError, match=f"send at most {BATCH} rows at once"):
        call(square, {"x": tf.range(BATCH + 1)})
    with pytest.raises(RequestError, match="different numbers of rows"):
        call(square, {"x": tf.range(1), "y": tf.range(2)})
