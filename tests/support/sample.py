"""Runs of the bundled sample in processes, for faults to be done to them."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from newsdesk.errors import ModelError
from newsdesk.published import manifest

REPOSITORY = Path(__file__).parent.parent.parent
SAMPLE = REPOSITORY / "pipeline" / "configs" / "sample.toml"


def words(root: Path, *more: str) -> list[str]:
    """What `newsdesk` is told to run the sample in a root."""
    return ["run", str(SAMPLE), "--set", f"output.root={root}", *more]


def start_command(
    told: Sequence[str], before: Sequence[str] = ()
) -> "subprocess.Popen[str]":
    """Starts a command, after words before it; its screen can be read line by line."""
    return subprocess.Popen(
        [*before, sys.executable, "-u", "-m", "pipeline.cli", *told],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )


def finish_command(told: Sequence[str], before: Sequence[str] = ()) -> tuple[int, str]:
    """Lets a command come to its end; the exit code and the screen."""
    process = start_command(told, before)
    screen, _ = process.communicate()
    return process.returncode, screen


def start(root: Path, *more: str) -> "subprocess.Popen[str]":
    """Starts a run of the sample."""
    return start_command(words(root, *more))


def finish(root: Path, *more: str) -> tuple[int, str]:
    """Runs the sample to the end; the exit code and the screen."""
    return finish_command(words(root, *more))


def summary(root: Path) -> dict[str, Any]:
    """The newest run's summary."""
    newest = max(root.glob("runs/*/summary.json"))
    found: dict[str, Any] = json.loads(newest.read_text())
    return found


def versions(root: Path) -> dict[int, dict[str, float]]:
    """The metrics of every published version; raises where one is not whole."""
    found = {}
    for folder in (root / "serving").glob("[0-9]*"):
        found[int(folder.name)] = manifest.verify(folder).origin.metrics
    return found


def half_published(root: Path) -> int:
    """How many version folders do not verify."""
    broken = 0
    for folder in (root / "serving").glob("[0-9]*"):
        try:
            manifest.verify(folder)
        except ModelError:
            broken += 1
    return broken
