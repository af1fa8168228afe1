"""Measures the seconds of each node of a run in a fresh folder."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.table import ROOT, keep, machine, markdown

_CONFIGS = ROOT / "pipeline" / "configs"


def main() -> None:
    """Reads the command line, runs the pipeline, and keeps the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="sample", help="name of a configuration")
    parser.add_argument("--data", help="folder that the preset reads, if not its own")
    parser.add_argument("overrides", nargs="*", help="SECTION.KEY=VALUE")
    arguments = parser.parse_args()
    where = machine()
    print(where)
    with tempfile.TemporaryDirectory(prefix="newsdesk-benchmark-") as folder:
        began = time.monotonic()
        overrides = [*arguments.overrides, f"output.root={folder}"]
        if arguments.data:
            overrides.append(f"data.path={Path(arguments.data).resolve()}")
        summary = run(_CONFIGS / f"{arguments.preset}.toml", overrides, Path(folder))
        seconds = time.monotonic() - began
    table = markdown(["node", "seconds"], cells(summary, seconds))
    print(table)
    rows = f"{summary['rows']['rows_out']:,} rows, accuracy "
    what = f"{rows}{summary['metrics']['accuracy']:.4f} on the tested split."
    keep(f"A run of {arguments.preset}.toml, node by node", [what, table, f"{where}."])


def command(config: Path, overrides: list[str]) -> list[str]:
    """Builds the command that runs a pipeline.

    Args:
        config: its file.
        overrides: settings that win over the file.

    Returns:
        The words of the command.
    """
    words = [word for override in overrides for word in ("--set", override)]
    return [sys.executable, "-m", "pipeline.cli", "run", str(config), *words]


def run(config: Path, overrides: list[str], root: Path) -> dict[str, Any]:
    """Runs a pipeline.

    Args:
        config: its file.
        overrides: settings that win over the file.
        root: the output folder that they name.

    Returns:
        The summary of the run.
    """
    environment = os.environ | {"TERM": "dumb"}
    done = subprocess.run(command(config, overrides), cwd=ROOT, env=environment)
    if done.returncode:
        sys.exit(f"the run ended with exit code {done.returncode}")
    summary = max(root.glob("runs/*/summary.json"))
    answer: dict[str, Any] = json.loads(summary.read_text(encoding="utf-8"))
    return answer


def cells(summary: dict[str, Any], seconds: float) -> list[list[str]]:
    """Draws the rows of the table.

    Args:
        summary: of a run.
        seconds: from its start to its end.

    Returns:
        Every node but the Trainer, what lies between them, their sum, the Trainer.
    """
    nodes = {node["name"]: float(node["seconds"]) for node in summary["nodes"]}
    trainer = nodes.pop("Trainer")
    between = seconds - trainer - sum(nodes.values())
    return [
        *([name, f"{took:.1f}"] for name, took in nodes.items()),
        ["start-up, and between the nodes", f"{between:.1f}"],
        ["**all but training**", f"**{seconds - trainer:.1f}**"],
        ["Trainer", f"{trainer:.1f}"],
    ]


if __name__ == "__main__":
    main()
