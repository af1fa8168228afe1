"""A dry run after a run knows what the cache has, and changes nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipeline.commands.test_run_dry import tree
from tests.support import sample
from tests.support.first_run import FirstRun

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


def test_a_dry_run_asks_the_cache(first_run: FirstRun) -> None:
    # Not a copy, because cache keys contain the paths of artifacts.
    root = first_run.root
    before = tree(root)
    assert dry(root)["would do"].startswith("nothing: version ")
    changed = dry(root, "--set", "train.epochs=4")
    cached, compared = changed["from cache"], "BaselineModel, TextStatistics, DataGate"
    assert cached.split(", ")[-3:] == ["StatisticsGen", "ExampleValidator", "Transform"]
    later = "Trainer, Predictions, Evaluator, Pusher, Reporter"
    assert changed["would run"] == f"{compared}, {later}"
    assert tree(root) == before
