"""`submit` says if Argo on the cluster does not retry containers that fail."""

import json
from typing import Any

import pytest

from kubeflow.cluster import cluster_retries, submit
from newsdesk.config.sections import Config
from tests.support.kfp.argo_retries import STOCK_2_16, STOCK_2_17
from tests.support.kfp.server import Refused, Server


def _workflow(defaults: Any) -> str:
    """The part of Argo's workflow that has the default retry policy."""
    return json.dumps({"spec": {"templateDefaults": defaults} if defaults else {}})


def _run(client: Any, config: Config, spec: str) -> tuple[str, str]:
    """Starts a run; gives its experiment and its id."""
    uploaded = submit.upload(client, config, spec)
    run = submit.start(client, config, uploaded, {})
    return uploaded.experiment, run.run_id


def test_the_default_argo_of_2_17_gives_a_warning(
    client: Any, config: Config, server: Server, spec: str
) -> None:
    experiment, run = _run(client, config, spec)
    server.workflows[run] = _workflow(STOCK_2_17)
    said = cluster_retries.note(client, experiment)
    assert said and "does not retry containers that fail (retryPolicy OnError)" in said


@pytest.mark.parametrize(
    "workflow",
    [
        _workflow(STOCK_2_16),
        _workflow({"retryStrategy": {"limit": "2", "retryPolicy": "Always"}}),
        "",
        "cut off {",
        "[]",
    ],
)
def test_other_policies_give_no_warning(
    client: Any, config: Config, server: Server, spec: str, workflow: str
) -> None:
    experiment, run = _run(client, config, spec)
    server.workflows[run] = workflow
    assert cluster_retries.note(client, experiment) is None


def test_a_server_that_refuses_the_request_gives_no_warning(
    client: Any, config: Config, server: Server, spec: str
) -> None:
    experiment, run = _run(client, config, spec)
    server.workflows[run] = _workflow(STOCK_2_17)
    server.refusals["GET /apis/v1beta1/runs/.*"] = Refused(403, "forbidden")
    assert cluster_retries.note(client, experiment) is None


def test_without_a_run_there_is_no_warning(
    client: Any, config: Config, spec: str
) -> None:
    uploaded = submit.upload(client, config, spec)
    assert cluster_retries.note(client, uploaded.experiment) is None
