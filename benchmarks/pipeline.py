"""Measures a run in a fresh folder, and a script that does the same work.

The script is benchmarks/by_hand.py. Both train the same transformer on the same rows,
for the same number of epochs.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.options import add_data, add_short, data_folder
from benchmarks.table import ROOT, keep, machine, markdown

_CONFIGS = ROOT / "pipeline" / "configs"
_PRESET = "ag_news_transformer"
_EPOCHS = 3


def main() -> None:
    """Reads the command line, runs both, and keeps the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data(parser)
    add_short(parser, "one epoch instead of three")
    parser.add_argument("overrides", nargs="*", help="SECTION.KEY=VALUE of the run")
    arguments = parser.parse_args()
    data = data_folder(arguments.data)
    epochs = 1 if arguments.short else _EPOCHS
    where = machine()
    print(where)
    with tempfile.TemporaryDirectory(prefix="newsdesk-benchmark-") as folder:
        hand, hand_seconds = by_hand(data, Path(folder, "hand"), epochs)
        root = Path(folder, "run")
        settings = [
            f"data.path={data}",
            f"train.epochs={epochs}",
            "model.token_dropout=0",
            # Whatever its accuracy is, the model must be pushed to compare the seconds.
            "evaluation.min_accuracy=0.3",
            *arguments.overrides,
            f"output.root={root}",
        ]
        began = time.monotonic()
        summary = run(_CONFIGS / f"{_PRESET}.toml", settings, root)
        seconds = time.monotonic() - began
    nodes = markdown(["node", "seconds"], cells(summary, seconds))
    rows = f"{summary['rows']['rows_out']:,} rows, epochs: {epochs}"
    compared = markdown(
        ["", "seconds", "of these training", "all but training", "ratio", "accuracy"],
        against(summary, seconds, hand, hand_seconds),
    )
    frame = seconds - _trainer(summary) - (hand_seconds - hand["training"])
    on_top = (
        f"The run takes {seconds - hand_seconds:.1f} s on top of the script; all but "
        f"training takes {frame:.1f} s on top."
    )
    print(nodes, compared, on_top, sep="\n")
    keep("A run, node by node", [f"{_PRESET}.toml, {rows}.", nodes, f"{where}."])
    what = f"The script is benchmarks/by_hand.py, in Keras; {rows}. {on_top}"
    keep("A run against a script", [what, compared, f"{where}."])


def by_hand(data: Path, folder: Path, epochs: int) -> tuple[dict[str, Any], float]:
    """Runs the script.

    Args:
        data: folder of train.csv and test.csv.
        folder: for the model; is made.
        epochs: passes over the rows.

    Returns:
        Its report, and the seconds from the start to the end of its process.
    """
    folder.mkdir()
    words = ["--data", str(data), "--to", str(folder), "--epochs", str(epochs)]
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.by_hand", *words], cwd=ROOT
    )
    seconds = time.monotonic() - began
    if done.returncode:
        sys.exit(f"benchmarks.by_hand ended with exit code {done.returncode}")
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return report, seconds


def against(
    summary: dict[str, Any], seconds: float, hand: dict[str, Any], hand_seconds: float
) -> list[list[str]]:
    """Draws the rows that compare a run with the script.

    Args:
        summary: of the run.
        seconds: of the whole run.
        hand: report of the script.
        hand_seconds: of the whole script.

    Returns:
        A row for each; the ratio is that of all seconds to those of the script.
    """
    found = {
        "script": (hand_seconds, hand["training"], hand["metrics"]),
        "newsdesk run": (seconds, _trainer(summary), summary["metrics"]),
    }
    return [
        [
            name,
            f"{whole:.1f}",
            f"{training:.1f}",
            f"{whole - training:.1f}",
            f"{whole / hand_seconds:.2f}",
            f"{metrics['accuracy']:.4f}",
        ]
        for name, (whole, training, metrics) in found.items()
    ]


def _trainer(summary: dict[str, Any]) -> float:
    return next(
        float(node["seconds"]) for node in summary["nodes"] if node["name"] == "Trainer"
    )


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
