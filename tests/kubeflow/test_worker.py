"""A worker of the image gets the options of the pipeline from its runner."""

import json
from collections.abc import Iterator
from concurrent import futures
from typing import Any

import grpc
import pytest
from apache_beam.portability.api import (
    beam_provision_api_pb2,
    beam_provision_api_pb2_grpc,
)

from kubeflow import worker

_INFO = beam_provision_api_pb2.ProvisionInfo


class _Provision(beam_provision_api_pb2_grpc.ProvisionServiceServicer):
    def GetProvisionInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        metadata = dict(context.invocation_metadata())
        info = _INFO(runner_capabilities=["a", "b"])
        info.pipeline_options["asked_by"] = metadata["worker_id"]
        info.logging_endpoint.url = "runner:1"
        info.control_endpoint.url = "runner:2"
        return beam_provision_api_pb2.GetProvisionInfoResponse(info=info)


@pytest.fixture
def runner() -> Iterator[str]:
    """The address of a runner that answers a worker's first question."""
    server = grpc.server(futures.ThreadPoolExecutor(1))
    beam_provision_api_pb2_grpc.add_ProvisionServiceServicer_to_server(
        _Provision(), server
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None)


def test_a_worker_asks_its_runner(runner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[Any] = []
    monkeypatch.setattr(worker, "work", found.append)
    given = ["--id=7", f"--provision_endpoint={runner}", "--control_endpoint=other:3"]
    worker.main([*given, "--artifact_endpoint=unused:4"])
    environment = worker.environment(found[0])
    assert json.loads(environment["PIPELINE_OPTIONS"]) == {"asked_by": "7"}
    assert environment["WORKER_ID"] == "7"
    assert environment["LOGGING_API_SERVICE_DESCRIPTOR"] == 'url: "runner:1"\n'
    # Arguments win, because a runner may give an address that only it knows.
    assert environment["CONTROL_API_SERVICE_DESCRIPTOR"] == 'url: "other:3"\n'
    assert environment["RUNNER_CAPABILITIES"] == "a b"


def test_without_a_port_or_a_runner_nothing_starts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        worker.main([])
    assert "needs --service_port, or --id and --provision_endpoint" in (
        capsys.readouterr().err
    )
