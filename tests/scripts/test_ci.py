"""CI as a whole, with a make that only takes notes: no part fails unnoticed."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What each part passes to make.
PARTS = {
    "install": "install",
    "image": "image-offline",
    "pipelines": "test ARGS=tests/e2e tests/faults",
    "kfp-e2e": "kfp-e2e ARGS=sdk",
    "check": "check",
    "docs": "docs",
    "manifests": "manifests",
    "weights": "weights",
    "models": "test ARGS=tests/trainer",
    "tests": "test ARGS="
    "--ignore=tests/e2e --ignore=tests/faults --ignore=tests/trainer",
}


@pytest.fixture
def run(tmp_path):
    """Runs CI in a clone whose make fails at one target; gives code, calls, output."""
    for folder in (".ci", "scripts"):
        shutil.copytree(ROOT / folder, tmp_path / "clone" / folder)
    tools = tmp_path / "bin"
    tools.mkdir()
    calls = tmp_path / "calls"
    calls.touch()

    def put(path, body):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    for tool in ("podman", "buildah", "runc", "debootstrap", "go"):
        put(tools / tool, "exit 0")
    put(tmp_path / "clone" / ".venv" / "bin" / "python", "exit 0")

    def start(broken=""):
        put(tools / "make", f'echo "$*" >> {calls}\n[ "$*" != "{broken}" ]')
        done = subprocess.run(
            ["bash", str(tmp_path / "clone" / ".ci" / "run")],
            env=os.environ
            | {"PATH": f"{tools}:{os.environ['PATH']}", "NEWSDESK_VENV": ".venv"},
            stdin=subprocess.DEVNULL,
            text=True,
            capture_output=True,
            timeout=60,
        )
        return done.returncode, calls.read_text().splitlines(), done.stdout

    return start


def test_every_part_is_run(run):
    code, calls, output = run()
    assert code == 0, output
    assert sorted(calls) == sorted(PARTS.values())


@pytest.mark.parametrize("part", PARTS)
def test_a_failure_of_any_part_fails_ci_and_is_named(run, part):
    code, _, output = run(broken=PARTS[part])
    assert code == 1
    (last,) = [line for line in output.splitlines() if line.startswith("parts: failed")]
    assert f" {part}" in last.partition(";")[0]
