"""The outcome of a run is read from what Pipelines' API really returns."""

from typing import Any

import pytest
from kfp_server_api import ApiException

from kubeflow.cluster import ends, submit
from kubeflow.outcome import Outcome
from newsdesk.config.sections import Config
from newsdesk.errors import ExitCode, RunFailed
from tests.support.kfp.server import Refused, Server
from tests.support.kfp.workflows import failed, node_id, pod_name, workflow

GATE = "DataGate: the train split has 12 % duplicates [stopped, exit code 4]"
PUSHED = 'outcome {"state":"pushed","pushed":"s3://models/news/17"}'


@pytest.fixture
def run(client: Any, config: Config, server: Server, spec: str) -> Any:
    """A run of the pipeline that has not ended."""
    started = submit.start(client, config, submit.upload(client, config, spec), {})
    return server.entries["runs"][started.run_id]


def _ended(client: Any, run: Any) -> Outcome:
    return ends.outcome(client, client.get_run(run.run_id))


def test_a_failure_names_the_node_its_error_and_its_log(
    client: Any, server: Server, run: Any
) -> None:
    nodes = {
        "text-example-gen": ("Succeeded", ""),
        "data-gate": ("Failed", failed(GATE)),
    }
    server.end(run, "FAILED", workflow(nodes))
    with pytest.raises(RunFailed) as raised:
        submit.require_success(run.run_id, _ended(client, run))
    assert str(raised.value) == (
        f"run {run.run_id}: stopped: DataGate: the train split has 12 % duplicates; "
        f"its log: newsdesk logs {run.run_id} DataGate"
    )
    assert raised.value.exit_code == ExitCode.STOPPED_BY_GATE


@pytest.mark.parametrize(
    ("message", "error"),
    [
        (failed("", 137), "main: Error (exit code 137)"),
        ("Pod was active on the node longer than the specified deadline", "Pod was"),
        ("", "the cluster gives no reason"),
        (
            failed("epoch 1\nepoch 2\n\x1b[31mkilled", 137),
            "main: Error (exit code 137): epoch 1 ... \\x1b[31mkilled",
        ),
    ],
)
def test_a_node_that_wrote_no_message_has_the_message_of_argo(
    client: Any, server: Server, run: Any, message: str, error: str
) -> None:
    server.end(run, "FAILED", workflow({"trainer": ("Failed", message)}))
    found = _ended(client, run)
    assert (found.state, found.exit_code, found.node) == ("failed", 1, "Trainer")
    assert found.error and found.error.startswith(error)


def test_a_failed_attempt_before_a_success_is_not_a_failure(
    client: Any, server: Server, run: Any
) -> None:
    nodes = {
        "trainer": ("Failed", failed("lost", 137)),
        "trainer(1)": ("Succeeded", ""),
        "pusher": ("Failed", failed("Pusher: the disk is full [failed, exit code 1]")),
    }
    server.end(run, "FAILED", workflow(nodes))
    assert _ended(client, run).node == "Pusher"


def test_nodes_that_argo_compressed_are_read(
    client: Any, server: Server, run: Any
) -> None:
    nodes = {"data-gate": ("Failed", failed(GATE))}
    server.end(run, "FAILED", workflow(nodes, is_packed=True))
    assert _ended(client, run).node == "DataGate"


def test_a_success_has_the_outcome_of_the_pusher(
    client: Any, server: Server, run: Any
) -> None:
    # The launcher adds lines after ours.
    log = f"2026 INFO newsdesk\n{PUSHED}\nI1124 launcher_v2.go:171] publish success.\n"
    server.end(run, "SUCCEEDED", log=log)
    found = _ended(client, run)
    assert (found.state, found.pushed) == ("pushed", "s3://models/news/17")
    submit.require_success(run.run_id, found)


def test_the_log_of_a_removed_pod_comes_from_the_archive(
    client: Any, server: Server, run: Any
) -> None:
    server.end(run, "SUCCEEDED", workflow({"pusher": ("Succeeded", "")}))
    assert _ended(client, run).state == "succeeded"
    server.archived[node_id("pusher")] = PUSHED
    assert _ended(client, run).state == "pushed"


def test_a_run_without_a_pusher_has_the_outcome_of_an_earlier_node(
    client: Any, server: Server, run: Any
) -> None:
    nodes = {"text-example-gen": ("Succeeded", ""), "pusher": ("Omitted", "")}
    server.end(run, "SUCCEEDED", workflow(nodes))
    server.logs[pod_name("text-example-gen")] = 'outcome {"state":"unchanged"}\n'
    assert _ended(client, run).state == "unchanged"


def test_a_model_that_is_not_good_enough_ends_with_3(
    client: Any, server: Server, run: Any
) -> None:
    said = '{"state":"not good enough","exit_code":3,"refusals":["accuracy is 0.4"]}'
    server.end(run, "SUCCEEDED", log=f"outcome {said}\n")
    with pytest.raises(
        RunFailed, match=r"not good enough: accuracy is 0\.4$"
    ) as raised:
        submit.require_success(run.run_id, _ended(client, run))
    assert raised.value.exit_code == ExitCode.NOT_GOOD_ENOUGH


@pytest.mark.parametrize("is_noted", [True, False])
def test_a_terminated_run_is_not_reported_as_failed(
    client: Any, server: Server, run: Any, is_noted: bool
) -> None:
    if is_noted:
        client.terminate_run(run.run_id)
    nodes = {"trainer": ("Failed", "workflow shutdown with strategy: Terminate")}
    server.end(run, "FAILED", workflow(nodes, is_terminated=not is_noted))
    found = _ended(client, run)
    assert (found.state, found.exit_code) == ("interrupted", ExitCode.INTERRUPTED)


def test_a_server_without_v1beta1_still_reports_a_failed_run(
    client: Any, server: Server, run: Any
) -> None:
    server.end(run, "FAILED", workflow({"data-gate": ("Failed", failed(GATE))}))
    server.refusals["GET /apis/v1beta1/runs/.*"] = Refused(404, "Not Found")
    assert _ended(client, run).error == "Pipelines reports FAILED without a failed node"
    server.refusals["GET /apis/v1beta1/runs/.*"] = Refused(403, "no right")
    with pytest.raises(ApiException, match="no right"):
        _ended(client, run)


def test_a_run_that_failed_before_its_first_pod_has_an_error(
    client: Any, server: Server, run: Any
) -> None:
    server.end(run, "FAILED")
    found = _ended(client, run)
    assert found.error == "Pipelines reports FAILED without a failed node"
