"""Exports our SavedModel in another process, whose memory is free afterwards."""

import dataclasses
import subprocess
import sys
from pathlib import Path

from benchmarks.race import Task
from benchmarks.table import ROOT


def export(task: Task, folder: Path) -> None:
    """Writes the model of benchmarks.our_models; ends this process if that fails.

    Args:
        task: the data and the weights.
        folder: is made; gets the model, and `export.log`.
    """
    given = dataclasses.replace(task, way=str(folder)).to_json()
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "benchmarks.our_models", given]
    with (folder / "export.log").open("w") as log:
        if subprocess.run(command, cwd=ROOT, stdout=log, stderr=log).returncode:
            sys.exit(f"the model cannot be exported; see {log.name}")
