"""Warm-up requests are what TensorFlow Serving reads, and say nothing."""

from pathlib import Path

import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from newsdesk import warm_up


def _logs(folder: Path) -> list[prediction_log_pb2.PredictionLog]:
    file = folder / "assets.extra" / "tf_serving_warmup_requests"
    records = tf.data.TFRecordDataset(str(file)).as_numpy_iterator()
    return [prediction_log_pb2.PredictionLog.FromString(record) for record in records]


def test_requests_have_each_length_and_each_signature(tmp_path: Path) -> None:
    warm_up.write(tmp_path, [9, 2, 5, 2])
    requests = [log.predict_log.request for log in _logs(tmp_path)]
    assert all(log.WhichOneof("log_type") == "predict_log" for log in _logs(tmp_path))
    found = [
        (
            request.model_spec.signature_name,
            {name: tf.make_ndarray(one).tolist() for name, one in found.items()},
        )
        for request in requests
        if (found := request.inputs)
    ]
    example = found.pop(4)
    text = b"a a a a a"
    assert found == [
        ("serving_default", {"text": [b"a a"]}),
        ("serving_default", {"text": [text]}),
        ("serving_default", {"text": [b"a a a a a a a a a"]}),
        ("serving_default", {"text": [text] * 32}),
        ("coverage", {"text": [text]}),
    ]
    assert example[0] == "serving_examples"
    parsed = tf.train.Example.FromString(example[1]["examples"][0])
    assert parsed.features.feature["text"].bytes_list.value == [text]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    assert list(warm_up.read(tmp_path)) == []
    warm_up.write(tmp_path, [3])
    names = [name for name, _ in warm_up.read(tmp_path)]
    assert names == ["serving_default"] * 2 + ["serving_examples", "coverage"]
    _, inputs = next(iter(warm_up.read(tmp_path)))
    assert inputs["text"].numpy().tolist() == [b"a a a"]


def test_equal_lengths_make_equal_files(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        warm_up.write(tmp_path / name, [4, 7])
    first, second = ((tmp_path / name / warm_up.FILE).read_bytes() for name in "ab")
    assert first == second


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    warm_up.write(tmp_path, [3])
    file = tmp_path / warm_up.FILE
    file.write_bytes(file.read_bytes()[:-3])
    with pytest.raises(ValueError, match="tf_serving_warmup_requests: is damaged"):
        list(warm_up.read(tmp_path))
