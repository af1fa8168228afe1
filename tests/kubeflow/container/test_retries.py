"""Tests which failures are retried, by Argo's real rules and in the container."""

import errno
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fsspec.exceptions import FSTimeoutError

from kubeflow.container import retries
from newsdesk.config.cluster import Kubeflow, Node
from newsdesk.errors import ClusterError, GateError, Interrupted, IntervalTaken
from newsdesk.nodes import NODES
from tests.support.kfp.argo_retries import (
    ERROR,
    FAILED,
    STOCK_2_16,
    STOCK_2_17,
    SUCCEEDED,
    Attempt,
    run,
    strategy,
)

HOUR = 3600
ALWAYS = {"retryStrategy": {"limit": "2", "retryPolicy": "Always"}}
EVERYWHERE = pytest.mark.parametrize("defaults", [STOCK_2_16, STOCK_2_17, ALWAYS])


def _task(node: Any, **settings: Any) -> dict[str, Any]:
    given = Kubeflow.model_validate({"nodes": {node: settings}})
    return {"retryPolicy": retries.policy(node, given.node(node))}


@pytest.mark.parametrize("defaults", [STOCK_2_16, ALWAYS])
def test_a_trainer_that_fails_after_two_hours_is_retried(defaults: Any) -> None:
    ended = run(
        strategy(_task("Trainer"), defaults),
        [Attempt(2 * HOUR, FAILED), Attempt(2 * HOUR, SUCCEEDED)],
    )
    assert (ended.phase, ended.attempts) == (SUCCEEDED, 2)


def test_a_running_retry_is_not_ended_after_an_hour() -> None:
    ended = run(
        strategy(_task("Trainer"), STOCK_2_16),
        [Attempt(HOUR / 2, FAILED), Attempt(20 * HOUR, SUCCEEDED)],
    )
    assert (ended.phase, ended.killed) == (SUCCEEDED, False)


def test_every_attempt_may_take_its_whole_time_and_wait_for_a_machine() -> None:
    whole = 24 * HOUR + 23 * HOUR
    ended = run(
        strategy(_task("Trainer", retries=3), STOCK_2_16), [Attempt(whole, FAILED)]
    )
    assert ended.attempts == 4
    assert ended.message == "No more retries left"
    assert not ended.killed


@pytest.mark.parametrize("factor", ["1.5", "1.0"])
def test_argo_accepts_only_whole_factors(factor: str) -> None:
    policy = _task("Trainer")["retryPolicy"] | {"backoffFactor": float(factor)}
    given = strategy({"retryPolicy": policy}, STOCK_2_16)
    ended = run(given, [Attempt(1, FAILED), Attempt(1, SUCCEEDED)])
    assert ended.phase == (SUCCEEDED if factor == "1.0" else ERROR)


def test_the_default_argo_of_2_17_retries_only_lost_pods() -> None:
    given = strategy(_task("Trainer"), STOCK_2_17)
    failed = run(given, [Attempt(HOUR, FAILED), Attempt(HOUR, SUCCEEDED)])
    assert (failed.phase, failed.attempts) == (FAILED, 1)
    lost = run(given, [Attempt(HOUR, ERROR), Attempt(HOUR, SUCCEEDED)])
    assert (lost.phase, lost.attempts) == (SUCCEEDED, 2)


def test_the_change_that_the_guide_recommends_retries_both() -> None:
    given = strategy(_task("Trainer"), ALWAYS)
    for phase in (FAILED, ERROR):
        ended = run(given, [Attempt(HOUR, phase), Attempt(HOUR, SUCCEEDED)])
        assert (ended.phase, ended.attempts) == (SUCCEEDED, 2)


@EVERYWHERE
@pytest.mark.parametrize("node", [name for name in NODES if NODES[name].may_refuse])
def test_a_refusal_is_never_retried_by_argo(node: Any, defaults: Any) -> None:
    ended = run(strategy(_task(node, retries=5), defaults), [Attempt(60, FAILED)])
    assert (ended.phase, ended.attempts) == (FAILED, 1)


def test_every_value_of_the_policy_is_given() -> None:
    # The compiler writes 0 for a missing time, and 0 prevents all retries.
    for node in NODES:
        assert set(_task(node)["retryPolicy"]) == {
            "maxRetryCount",
            "backoffDuration",
            "backoffFactor",
            "backoffMaxDuration",
        }
    policy = _task("Trainer")["retryPolicy"]
    del policy["backoffMaxDuration"]
    ended = run(strategy({"retryPolicy": policy}, STOCK_2_16), [Attempt(1, FAILED)])
    assert ended.message == "Max duration limit exceeded"


def _of_s3(code: str) -> Exception:
    """The error that s3fs raises for an error code of the store."""
    from botocore.exceptions import ClientError  # type: ignore[import-untyped]
    from s3fs.errors import translate_boto_error  # type: ignore[import-untyped]

    answer = {"Error": {"Code": code, "Message": code}}
    found: Exception = translate_boto_error(ClientError(answer, "GetObject"))
    return found


def _unreachable() -> Exception:
    from botocore.exceptions import EndpointConnectionError

    return EndpointConnectionError(endpoint_url="http://store:9000")


class _OfGoogle(Exception):
    """Like gcsfs.retry.HttpError, which has the status in `code`."""

    def __init__(self, code: int) -> None:
        super().__init__(f"status {code}")
        self.code = code


def _wrapped(error: Exception, kind: type[Exception] = ClusterError) -> Exception:
    """Wraps an error as the ledger and the stores do."""
    try:
        raise kind("s3://models: cannot be read") from error
    except kind as raised:
        return raised


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(),
        TimeoutError(),
        FSTimeoutError(),
        OSError(errno.ESTALE, "Stale file handle"),
        _wrapped(OSError(errno.EHOSTUNREACH, "No route to host")),
        _wrapped(_OfGoogle(503)),
        _wrapped(_OfGoogle(429)),
    ],
)
def test_a_network_fault_is_temporary(error: Exception) -> None:
    assert retries.may_pass(error)


@pytest.mark.slow
def test_a_store_that_is_down_or_too_busy_is_a_temporary_fault() -> None:
    assert retries.may_pass(_wrapped(_unreachable()))
    for code in ("SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout"):
        assert retries.may_pass(_wrapped(_of_s3(code))), code
    for code in ("AccessDenied", "NoSuchBucket", "InvalidAccessKeyId"):
        assert not retries.may_pass(_wrapped(_of_s3(code))), code


@pytest.mark.parametrize(
    "error",
    [
        ValueError("x"),
        MemoryError(),
        _wrapped(PermissionError()),
        _wrapped(FileNotFoundError()),
        _wrapped(_OfGoogle(403)),
        GateError("too many bad rows"),
        _wrapped(ConnectionError(), IntervalTaken),
        _wrapped(ConnectionError(), Interrupted),
    ],
)
def test_a_permanent_fault_is_not_retried(error: Exception) -> None:
    pauses: list[float] = []

    def work() -> None:
        raise error

    with pytest.raises(type(error)):
        retries.attempted(work, [60, 120], pauses.append)
    assert pauses == []


@pytest.mark.parametrize("failures", [0, 1, 2, 3])
def test_a_container_retries_after_growing_pauses(
    failures: int, caplog: pytest.LogCaptureFixture
) -> None:
    pauses: list[float] = []
    tries: list[int] = []

    def work() -> None:
        tries.append(1)
        if len(tries) <= failures:
            raise _wrapped(ConnectionRefusedError())

    begin: Callable[[], None] = lambda: retries.attempted(  # noqa: E731
        work, Node().pauses, pauses.append
    )
    if failures == 3:
        with pytest.raises(ClusterError):
            begin()
    else:
        begin()
    assert len(tries) == min(failures, 2) + 1
    assert pauses == [60, 120][:failures]
    if failures:
        assert "cannot be read; retry 1 of 2 starts in this pod in 60 seconds" in (
            caplog.text
        )


def _command(executor: str, folder: Path) -> list[str]:
    model = {"name": "model", "uri": str(folder / "out" / "model")}
    asked = {
        "inputs": {"parameterValues": {"marker": str(folder / "marker")}},
        "outputs": {
            "artifacts": {"model": {"artifacts": [model]}},
            "outputFile": str(folder / "output.json"),
        },
    }
    facts = {
        "inputs": {},
        "outputs": {"model": "tfx.types.standard_artifacts.Model"},
        "integers": [],
        "submitted": {},
        "labels": [],
        "destination": "/none",
        "pauses": [0],
    }
    return [
        *(sys.executable, "-m", "kubeflow.entrypoint", "--node", "StatisticsGen"),
        *("--executor", f"tests.kubeflow.stand_in.{executor}"),
        *("--told", json.dumps(facts), "--input", json.dumps(asked)),
    ]


@pytest.mark.slow
def test_a_node_whose_store_recovers_leaves_one_output(
    tmp_path: Path, repository: Path
) -> None:
    command = _command("UnreachableOnce", tmp_path)
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "retry 1 of 1" in done.stderr
    found = {str(one.relative_to(tmp_path)) for one in tmp_path.rglob("out/**/*")}
    assert found == {"out/model", "out/model/whole"}


@pytest.mark.slow
def test_a_node_that_is_asked_to_stop_can_save_its_work_first(
    tmp_path: Path, repository: Path
) -> None:
    with subprocess.Popen(
        _command("SavesOnRequest", tmp_path),
        cwd=repository,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "working\n"
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate()
    assert process.returncode == 130, said
    assert said.strip().splitlines()[-1] == "StatisticsGen: stopped on request"
    assert (tmp_path / "marker").read_text() == "saved"
