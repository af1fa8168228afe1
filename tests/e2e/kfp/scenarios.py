"""The scenarios: ways to run the compiled sample in containers."""

import contextlib
import json
import os
import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.e2e.kfp.engine import (
    WRITABLE,
    ContainerFailed,
    ContainerKilled,
    docker_host,
    sdk_python,
)
from tests.e2e.kfp.launcher import Launcher
from tests.e2e.kfp.range import Metrics, Range

_MOST_SECONDS = 20.0
# The form of a run's id on a cluster, by which a failed node finds its reports.
_STOPPED = "2f0c0d8e-5a43-4c1b-9d55-0b6a3e0f7c11"
# The tasks that compare a candidate with the model in service.
_SECOND_RUN = (
    "baseline-model",
    "text-statistics",
    "data-gate",
    "predictions",
    "evaluator",
    "pusher",
)


def sdk(range_: Range) -> list[Metrics]:
    """Runs with the SDK's runner; returns the metrics of every pushed version.

    Then, an unchanged second run must start one node. This run uses our launcher,
    because the SDK's runner does not omit tasks that depend on a skipped task.
    """
    pipeline, root = range_.compiled("sdk"), range_.folder("root")
    with docker_host() as address:
        arguments = {
            "pipeline": str(pipeline),
            "root": str(root),
            "environment": range_.engine.environment,
            "writable": WRITABLE,
        }
        runner = str(Path(__file__).with_name("sdk_runner.py"))
        done = subprocess.run(
            [sdk_python(), runner, json.dumps(arguments)],
            env=os.environ | {"DOCKER_HOST": address},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    if done.returncode:
        print(done.stdout)
    pushed = range_.pushed("sdk")
    if pushed:
        _run_unchanged(range_, "sdk-again", pipeline)
    return range_.pushed("sdk")


def minio(range_: Range) -> list[Metrics]:
    """Runs with artifacts in an object store; returns the metrics of all versions."""
    pipeline = _compiled(range_, "minio")
    launcher = range_.launcher("minio", pipeline, range_.folder("checkpoints-minio"))
    assert launcher.run() == launcher.order
    _shows(launcher.page("reporter"), "was pushed and is in service")
    range_.unbroken_files = launcher.files()
    _run_unchanged(range_, "minio-again", pipeline)
    _stop_at_a_gate(range_)
    return range_.pushed("minio")


def kills(range_: Range) -> list[Metrics]:
    """Kills every container once at a random moment; returns the metrics.

    Then, a second run finds the model in service, and must push nothing.
    """
    pipeline = _compiled(range_, "kills")
    launcher = range_.launcher("kills", pipeline, range_.folder("checkpoints-kills"))
    chance = random.Random(5)
    for task in launcher.order:
        moment = _killed(launcher, task, chance)
        began = time.monotonic()
        launcher.attempt(task)
        lasted = time.monotonic() - began
        print(f"  {task}: killed after {moment:.1f} s, then done in {lasted:.0f} s")
    if range_.unbroken_files:
        found = launcher.files()
        differ = {*range_.unbroken_files} ^ {*found}
        assert found == range_.unbroken_files, f"other files than before: {differ}"
        print(f"  the same {len(found)} files as without a kill")
    pushed = range_.pushed("kills")
    for task in _SECOND_RUN:
        launcher.attempt(task)
    again = launcher.artifact("pusher", "pushed_model")
    print(f"  a second run: {again['metadata']}")
    assert range_.pushed("kills") == pushed, (
        "the second run pushed the same model again"
    )
    return pushed


def _killed(launcher: Launcher, task: str, chance: random.Random) -> float:
    """Kills the container of a task at a random moment; returns the seconds.

    If the container ends before the kill, the task is repeated with an earlier kill. A
    cluster also repeats a task if it has lost its end.
    """
    limit = _MOST_SECONDS
    while True:
        moment = chance.uniform(1.0, limit)
        began = time.monotonic()
        try:
            launcher.attempt(task, kill_after=moment)
        except ContainerKilled:
            return moment
        limit = min(moment, time.monotonic() - began)


def _run_unchanged(range_: Range, name: str, pipeline: Path) -> None:
    """Runs a pipeline again while its model is in service: one node must work."""
    launcher = range_.launcher(name, pipeline, range_.folder(f"checkpoints-{name}"))
    began = time.monotonic()
    ran = launcher.run()
    said = launcher.said["text-example-gen"]
    assert (ran, said) == (["text-example-gen"], {"outcome": "unchanged"}), (ran, said)
    print(
        f"  an unchanged second run: {len(ran)} of {len(launcher.order)} nodes worked, "
        f"{time.monotonic() - began:.0f} s"
    )


def _stop_at_a_gate(range_: Range) -> None:
    """Stops a run at the data gate: the last task must write its page."""
    pipeline = range_.compiled(
        "stopped",
        "gate.min_tested_rows=100000",
        'output.notify={url = "env:WEBHOOK"}',
        'kubeflow.secrets={"WEBHOOK" = {name = "webhook", key = "url"}}',
    )
    launcher = range_.launcher(_STOPPED, pipeline, range_.folder("checkpoints-stopped"))
    whole = launcher.spec
    # The graph is in a task of its own, beside the last task.
    graph = whole["components"]["comp-nodes"]["dag"]
    launcher.spec = {**whole, "root": {**whole["root"], "dag": graph}}
    with contextlib.suppress(ContainerFailed):
        launcher.run()
    assert "trainer" not in launcher.outputs, list(launcher.outputs)
    launcher.spec = whole
    launcher.final_status = json.dumps({"state": "FAILED"})
    launcher.attempt("notify")
    _shows(launcher.page("notify"), "a check stopped the run")


def _shows(page: str, sentence: str) -> None:
    assert page.lower().startswith("<!doctype html>"), page[:200]
    assert sentence in page, page[:2000]
    print(f"  a page of {len(page):,} characters: {sentence}")


def _compiled(range_: Range, name: str) -> Path:
    return range_.compiled(
        name,
        'kubeflow.volumes={"/checkpoints" = "newsdesk-checkpoints"}',
        "output.checkpoints=/checkpoints",
        "train.checkpoint_steps=10",
    )


SCENARIOS: dict[str, Callable[[Range], list[Metrics]]] = {
    "sdk": sdk,
    "minio": minio,
    "kills": kills,
}
