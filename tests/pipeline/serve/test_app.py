"""The server answers as TensorFlow Serving does, as its own protos see it."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
from google.protobuf import json_format
from starlette.testclient import TestClient
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    predict_pb2,
)

from pipeline.serve import limits
from pipeline.serve.app import application
from pipeline.serve.in_service import InService, State
from tests.support import served

PREDICT = "/v1/models/news:predict"


@pytest.fixture(scope="module")
def destination(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("root") / "serving"
    served.pushed(folder, 0.1)
    return folder


@pytest.fixture(scope="module")
def model(destination: Path) -> Iterator[InService]:
    (folder,) = destination.glob("[0-9]*")
    model = served.in_service(destination, int(folder.name))
    yield model
    model.close()


@pytest.fixture(scope="module")
def client(model: InService) -> TestClient:
    return TestClient(application(model), raise_server_exceptions=False)


def test_an_answer_is_that_of_the_protos(
    client: TestClient, model: InService, destination: Path
) -> None:
    texts = ["Oil prices fall", "", "Ölpreis"]
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "news"
    request.model_spec.signature_name = "serving_default"
    request.inputs["text"].CopyFrom(tf.make_tensor_proto(texts))
    folder = destination / str(model.loaded.version)
    loaded = tf.saved_model.load(str(folder))
    response = predict_pb2.PredictResponse()
    signature = loaded.signatures[request.model_spec.signature_name]
    inputs = {
        name: tf.constant(tf.make_ndarray(tensor))
        for name, tensor in request.inputs.items()
    }
    for name, tensor in signature(**inputs).items():
        response.outputs[name].CopyFrom(tf.make_tensor_proto(tensor.numpy()))

    columns = client.post(PREDICT, json={"inputs": {"text": texts}}).json()["outputs"]
    rows = client.post(PREDICT, json={"instances": texts}).json()["predictions"]
    assert columns.keys() == response.outputs.keys()
    for name, tensor in response.outputs.items():
        array = tf.make_ndarray(tensor)
        assert [row[name] for row in rows] == columns[name]
        if array.dtype == object:
            assert columns[name] == _decoded(array.tolist())
        else:
            assert (tf.constant(columns[name], array.dtype).numpy() == array).all()


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return [_decoded(one) for one in value]
    return value.decode()


def test_examples_are_answered_like_texts(client: TestClient) -> None:
    example = tf.train.Example()
    example.features.feature["text"].bytes_list.value.append(b"Oil")
    encoded = base64.b64encode(example.SerializeToString()).decode()
    body = {"signature_name": "serving_examples", "instances": [{"b64": encoded}]}
    texts = client.post(PREDICT, json={"instances": ["Oil"]})
    assert client.post(PREDICT, json=body).json() == texts.json()


def test_the_metadata_are_those_of_the_model(
    client: TestClient, model: InService, destination: Path
) -> None:
    version = model.loaded.version
    graph = (destination / str(version) / "saved_model.pb").read_bytes()
    signatures = saved_model_pb2.SavedModel.FromString(graph).meta_graphs[0]
    expected = get_model_metadata_pb2.SignatureDefMap()
    for name, signature in signatures.signature_def.items():
        expected.signature_def[name].CopyFrom(signature)
        expected.signature_def[name].ClearField("defaults")

    for path in ("/v1/models/news", f"/v1/models/news/versions/{version}"):
        found = client.get(f"{path}/metadata").json()
        spec = {"name": "news", "signature_name": "", "version": str(version)}
        assert found["model_spec"] == spec
        parsed = get_model_metadata_pb2.SignatureDefMap()
        json_format.ParseDict(found["metadata"]["signature_def"], parsed)
        assert parsed == expected


def test_the_status_is_that_of_the_protos(client: TestClient, model: InService) -> None:
    model.note(9, State("END", "is damaged"))
    found = get_model_status_pb2.GetModelStatusResponse()
    json_format.ParseDict(client.get("/v1/models/news").json(), found)
    by_version = {one.version: one for one in found.model_version_status}
    status = get_model_status_pb2.ModelVersionStatus
    assert by_version[model.loaded.version].state == status.AVAILABLE
    assert by_version[9].state == status.END
    assert by_version[9].status.error_message == "is damaged"
    one = client.get("/v1/models/news/versions/9").json()["model_version_status"]
    assert [status["version"] for status in one] == ["9"]


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("POST", "/v1/models/other:predict", 404, "it has 'news'"),
        ("POST", "/v1/models/news/versions/3:predict", 404, "is not in service"),
        ("GET", "/v1/models/other", 404, "no model 'other'"),
        ("GET", "/v1/models/news/versions/3", 404, "version 3 of 'news'"),
        ("GET", "/v1/models/other/metadata", 404, "no model 'other'"),
        ("GET", "/v1/models/news:predict", 400, "Malformed request: GET"),
        ("POST", "/v1/models/news:classify", 400, "Malformed request: POST"),
        ("DELETE", "/v1/models/news", 405, "Method Not Allowed"),
        ("GET", "/nowhere", 404, "GET /nowhere: Not Found"),
    ],
)
def test_errors_are_one_sentence_in_json(
    client: TestClient, method: str, path: str, status: int, message: str
) -> None:
    answer = client.request(method, path, content=b'{"instances": ["a"]}')
    assert answer.status_code == status
    assert message in answer.json()["error"]
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"instances": ["a"], "signature_name": "x"}', "it has serving_default, serv"),
        (
            '{"instances": ["a"], "signature_name": "serving_examples"}',
            "Could not parse example input, value: 'a'",
        ),
        ("nothing", "the body is not JSON"),
    ],
)
def test_requests_that_the_model_cannot_answer_are_refused(
    client: TestClient, body: str, message: str
) -> None:
    answer = client.post(PREDICT, content=body)
    assert answer.status_code == 400
    assert message in answer.json()["error"]


def test_a_version_in_service_can_be_named(
    client: TestClient, model: InService
) -> None:
    path = f"/v1/models/news/versions/{model.loaded.version}:predict"
    assert client.post(path, json={"instances": ["a"]}).status_code == 200


def test_a_large_body_is_refused(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_BYTES", 10)
    answer = client.post(PREDICT, content=b" " * 11)
    assert answer.status_code == 413
    assert "over 10 bytes" in answer.json()["error"]


def test_the_health_names_the_version(client: TestClient, model: InService) -> None:
    found = client.get("/healthz").json()
    version = model.loaded.version
    assert found == {"status": "ok", "model": "news", "version": version}


def test_an_unexpected_error_is_answered_in_json() -> None:
    model = InService("news", served.stand_in(1))
    client = TestClient(application(model), raise_server_exceptions=False)
    answer = client.post(PREDICT, json={"instances": ["a"]})
    assert answer.status_code == 500
    assert answer.json()["error"].startswith("the server failed: ")
    model.close()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8501", 200),
        ("localhost", 200),
        ("[::1]:8501", 200),
        ("LOCALHOST:1", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example:8501", 403),
        ("192.168.1.2", 403),
        ("", 403),
    ],
)
def test_only_names_of_this_machine_are_answered(
    model: InService, host: str, status: int
) -> None:
    client = TestClient(limits.LoopbackOnly(application(model)))
    assert client.get("/healthz", headers={"host": host}).status_code == status
