"""A dry run after a run knows what the cache has, and changes nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipeline.commands.test_run_dry import tree
from tests.support import first_run as first_runs
from tests.support import sample

pytestmark = pytest.mark.e2e


def dry(root: Path, *words: str) -> dict[str, str]:
    """The lines of a dry run, by their first words."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pipeline.cli",
            *sample.words(root),
            "--dry-run",
            *words,
        ],
        env=os.environ | {"PYTHONPATH": str(sample.REPOSITORY)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return {line[:10].strip(): line[11:] for line in done.stdout.splitlines()[1:]}


def test_a_dry_run_asks_the_cache(
    first_run: first_runs.FirstRun, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    first_runs.copy(first_run, root)
    before = tree(root)
    assert dry(root)["would do"].startswith("nothing: version ")
    # Every digest of an artifact is compared, as in a run.
    changed = dry(root, "--set", "train.epochs=4")
    assert "Transform" in changed["from cache"].split(", ")
    assert changed["would run"] == "Trainer, Predictions, Evaluator, Pusher, Reporter"
    assert tree(root) == before
