"""Measures each node with one Beam process, and with two.

Both runs read the same generated rows, in several files, and begin without a cache.
The Trainer makes a few steps only, because it does not use Beam.
"""

import argparse
import csv
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.options import invented
from benchmarks.pipeline import run
from benchmarks.table import ROOT, keep, machine, markdown

_PRESET = ROOT / "pipeline" / "configs" / "ag_news_transformer.toml"
_HEADING = "Beam: one process and two"
_RUNNERS = {"direct": [], "direct_multi": ["beam.workers=2"]}
# In the order of the run. The other nodes make no pass over rows with Beam.
_NODES = ("TextExampleGen", "StatisticsGen", "TextStatistics", "Transform", "Evaluator")


def main() -> None:
    """Reads the command line, runs both, and keeps the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000, help="all rows")
    parser.add_argument("--files", type=int, default=8, help="files of train rows")
    parser.add_argument("--only-print", action="store_true", help="keep no table")
    arguments = parser.parse_args()
    where = machine()
    print(where, flush=True)
    with tempfile.TemporaryDirectory(prefix="newsdesk-beam-") as name:
        data = rows(Path(name, "data"), arguments.rows, arguments.files)
        found = {
            runner: measured(runner, data, Path(name, runner)) for runner in _RUNNERS
        }
    one, two = found["direct"], found["direct_multi"]
    table = markdown(
        ["node", "one process, s", "two processes, s", "ratio"],
        [
            [
                node,
                f"{one[node]:.1f}",
                f"{two[node]:.1f}",
                f"{one[node] / two[node]:.2f}",
            ]
            for node in one
        ],
    )
    print(table)
    if not arguments.only_print:
        text = f"{arguments.rows:,} generated rows in {arguments.files + 1} files."
        keep(_HEADING, [text, table, f"{where}."])


def rows(folder: Path, count: int, files: int) -> Path:
    """Writes generated rows: 90% for training, in several files.

    Args:
        folder: for the files.
        count: the number of rows.
        files: the number of files of train rows.

    Returns:
        The folder.
    """
    invented(folder, train=count * 9 // 10, test=count // 10)
    with (folder / "train.csv").open(newline="", encoding="utf-8") as stream:
        head, *written = csv.reader(stream)
    for part in range(files):
        file = folder / f"train-{part}.csv"
        with file.open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows([head, *written[part::files]])
    (folder / "train.csv").unlink()
    return folder


def measured(runner: str, data: Path, root: Path) -> dict[str, float]:
    """Runs the pipeline once.

    Args:
        runner: a value of `beam.runner`.
        data: the folder of the rows.
        root: an empty folder for the run.

    Returns:
        Seconds by node, and of the whole run.
    """
    settings = [
        f"data.path={data}",
        'data.splits={train="train-*.csv",test="test.csv"}',
        "train.max_minutes=0.02",
        "evaluation.min_accuracy=0.1",
        "evaluation.min_class_recall=0",
        f"beam.runner={runner}",
        *_RUNNERS[runner],
        f"output.root={root}",
    ]
    began = time.monotonic()
    summary = run(_PRESET, settings, root)
    seconds = time.monotonic() - began
    took = {node["name"]: float(node["seconds"]) for node in summary["nodes"]}
    return {name: took[name] for name in _NODES} | {"whole run": seconds}


if __name__ == "__main__":
    sys.exit(main())
