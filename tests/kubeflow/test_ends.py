"""A container that aborts or is killed has the right exit code and outputs."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow


def _command(executor: str, asked: dict[str, Any], **outputs: str) -> Sequence[str]:
    facts = {"inputs": {}, "outputs": outputs, "integers": [], "submitted": {}}
    facts |= {"labels": [], "destination": "/none", "pauses": []}
    return [
        *(sys.executable, "-m", "kubeflow.entrypoint", "--node", "StatisticsGen"),
        *("--executor", f"tests.kubeflow.stand_in.{executor}"),
        *("--told", json.dumps(facts), "--input", json.dumps(asked)),
    ]


def test_an_abort_in_teardown_does_not_fail_the_node(
    tmp_path: Path, repository: Path
) -> None:
    asked = {"outputs": {"outputFile": str(tmp_path / "output.json")}}
    command = _command("Aborts", asked)
    # Keep the default buffering of the output, which the image switches off.
    buffered = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        command, cwd=repository, env=buffered, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "said at the end"
    assert (tmp_path / "output.json").exists()


def test_a_killed_and_retried_node_leaves_one_output(
    tmp_path: Path, repository: Path
) -> None:
    model = {"name": "model", "uri": str(tmp_path / "out" / "model")}
    asked = {
        "inputs": {"parameterValues": {"marker": str(tmp_path / "killed")}},
        "outputs": {
            "artifacts": {"model": {"artifacts": [model]}},
            "outputFile": str(tmp_path / "output.json"),
        },
    }
    path = "tfx.types.standard_artifacts.Model"
    command = _command("KilledOnce", asked, model=path)
    first = subprocess.run(command, cwd=repository)
    assert first.returncode == -signal.SIGKILL
    assert not (tmp_path / "output.json").exists()
    second = subprocess.run(command, cwd=repository)
    assert second.returncode == 0
    found = {str(one.relative_to(tmp_path)) for one in tmp_path.rglob("out/**/*")}
    assert found == {"out/model", "out/model/whole"}
