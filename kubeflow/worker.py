"""The program of Beam workers that are containers of the image.

python -m kubeflow.worker --service_port=50000 serves a pool, which a runner asks for
workers (`beam.environment = "external"`). With the arguments of Beam's container
contract, it is one worker (`docker`, and Dataflow). Workers have the packages of the
image, so nothing is installed, unlike by Beam's own program.
"""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import newsdesk.legacy_keras  # noqa: F401  before a pass imports TensorFlow
from newsdesk.stores_for_beam import use_stores

_CONTRACT = ("id", "provision_endpoint", "logging_endpoint", "control_endpoint")


def main(arguments: Sequence[str]) -> None:
    """Serves a pool, or is one worker until its runner stops it.

    Args:
        arguments: --service_port, or those of Beam's container contract.
    """
    parser = argparse.ArgumentParser("kubeflow.worker", allow_abbrev=False)
    parser.add_argument("--service_port", type=int, help="port of a pool")
    for name in (*_CONTRACT, "artifact_endpoint", "semi_persist_dir"):
        parser.add_argument(f"--{name}", default="")
    options = parser.parse_args(arguments)
    if options.service_port is not None:
        serve(options.service_port)
    elif not options.id or not options.provision_endpoint:
        parser.error("needs --service_port, or --id and --provision_endpoint")
    else:
        work(options)


def serve(port: int) -> None:
    """Starts a process for each worker that a runner asks for, and never returns.

    Args:
        port: where runners ask.
    """
    from apache_beam.runners.worker.worker_pool_main import (
        BeamFnExternalWorkerPoolServicer,
    )

    # As the first process of a container, it would ignore SIGTERM.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with tempfile.TemporaryDirectory(prefix="newsdesk-worker-") as folder:
        # The pool starts a file, and without one it would start a worker that does not
        # get the options of the pipeline.
        program = Path(folder, "worker")
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m {_NAME} "$@"\n')
        program.chmod(0o700)
        # The server stops when nothing refers to it.
        _, server = BeamFnExternalWorkerPoolServicer.start(
            use_process=True, port=port, container_executable=str(program)
        )
        print(f"worker pool at port {port}", file=sys.stderr, flush=True)
        server.wait_for_termination()


def work(options: argparse.Namespace) -> None:
    """Executes the passes of one pipeline.

    Args:
        options: the arguments of Beam's container contract.
    """
    os.environ.update(environment(options))
    # Beam reads the id of the worker when this is imported.
    from apache_beam.runners.worker import sdk_worker_main

    use_stores()
    sdk_worker_main.main([])


def environment(options: argparse.Namespace) -> dict[str, str]:
    """Asks the runner for the options of the pipeline.

    Args:
        options: the arguments of Beam's container contract.

    Returns:
        The variables that Beam's worker reads.
    """
    import grpc  # type: ignore[import-untyped]
    from apache_beam.portability.api import (
        beam_provision_api_pb2,
        beam_provision_api_pb2_grpc,
        endpoints_pb2,
    )
    from google.protobuf import json_format, text_format

    def descriptor(given: str, known: endpoints_pb2.ApiServiceDescriptor) -> str:
        found = endpoints_pb2.ApiServiceDescriptor(url=given) if given else known
        return str(text_format.MessageToString(found))

    with grpc.insecure_channel(options.provision_endpoint) as channel:
        stub = beam_provision_api_pb2_grpc.ProvisionServiceStub(channel)
        request = beam_provision_api_pb2.GetProvisionInfoRequest()
        metadata = [("worker_id", options.id)]
        info = stub.GetProvisionInfo(request, metadata=metadata, timeout=120).info
    return {
        "WORKER_ID": options.id,
        "PIPELINE_OPTIONS": json_format.MessageToJson(info.pipeline_options),
        "LOGGING_API_SERVICE_DESCRIPTOR": descriptor(
            options.logging_endpoint, info.logging_endpoint
        ),
        "CONTROL_API_SERVICE_DESCRIPTOR": descriptor(
            options.control_endpoint, info.control_endpoint
        ),
        "RUNNER_CAPABILITIES": " ".join(info.runner_capabilities),
    }


# As __main__, this module does not know its own name.
_NAME = "kubeflow.worker"

if __name__ == "__main__":
    main(sys.argv[1:])
