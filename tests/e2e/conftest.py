"""Runs the command line in new processes, as a person or a timer does."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.first_run import FirstRun

REPOSITORY = Path(__file__).parent.parent.parent
SAMPLE = str(REPOSITORY / "pipeline" / "configs" / "sample.toml")


class Finished(NamedTuple):
    """The exit code and the output of a command."""

    code: int
    screen: str
    errors: str


def _newsdesk(
    *words: str, sources: Path = REPOSITORY, cwd: Path | None = None
) -> Finished:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *words],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(sources)},
    )
    return Finished(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def newsdesk() -> Callable[..., Finished]:
    """Runs a command from a source tree to its end."""
    return _newsdesk


@pytest.fixture(scope="session")
def last_summary() -> Callable[[Path], dict[str, Any]]:
    """Reads the summary of the newest run below a root."""

    def read(root: Path) -> dict[str, Any]:
        newest = max(root.glob("runs/*/summary.json"))
        summary: dict[str, Any] = json.loads(newest.read_text())
        return summary

    return read


@pytest.fixture(scope="session")
def sample_root(first_run: FirstRun) -> Path:
    """A root in which a run of the sample has pushed a model."""
    return first_run.root


@pytest.fixture(scope="session")
def run_sample(sample_root: Path) -> Callable[..., Finished]:
    """Runs the sample again in the same root."""

    def run(*words: str, **more: Any) -> Finished:
        return _newsdesk(
            "run", SAMPLE, "--set", f"output.root={sample_root}", *words, **more
        )

    return run
