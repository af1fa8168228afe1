"""Runs of the bundled sample in processes, for faults to be done to them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from pipeline.errors import ModelError
from pipeline.published import manifest

REPOSITORY = Path(__file__).parent.parent.parent
SAMPLE = REPOSITORY / "pipeline" / "configs" / "sample.toml"


def command(root: Path, *words: str) -> list[str]:
    """`newsdesk run` of the sample in a root."""
    return [sys.executable, "-u", "-m", "pipeline.cli", "run", str(SAMPLE)] + [
        "--set",
        f"output.root={root}",
        *words,
    ]


def start(root: Path, *words: str, **more: Any) -> "subprocess.Popen[str]":
    """Starts a run whose screen can be read line by line."""
    return subprocess.Popen(
        command(root, *words),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        **more,
    )


def finish(root: Path, *words: str, **more: Any) -> tuple[int, str]:
    """Runs to the end; the exit code and the screen."""
    process = start(root, *words, **more)
    screen, _ = process.communicate()
    return process.returncode, screen


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
