"""Measures how time and memory of each node but the Trainer grow with the rows.

Time is processor time, because other load of the machine disturbs it less. There is one
run for each number of rows. Its texts combine titles and descriptions of 20,000
invented rows from the grammar of the bundled sample, and a tenth of them is tested.
"""

import argparse
import csv
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.options import add_short, data_folder
from benchmarks.pipeline import command
from benchmarks.processor_seconds import by_node
from benchmarks.table import ROOT, keep, machine, markdown

_PRESET = ROOT / "pipeline" / "configs" / "ag_news_transformer.toml"
_ROWS, _SHORT = (200_000, 1_000_000), (20_000, 100_000)
# Nodes that are quicker than this measure their start, not their rows.
_LEAST_SECONDS = 1.0


def main() -> None:
    """Reads the command line, runs with each number of rows, and keeps the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs=2, metavar="N", help="rows of a run")
    add_short(parser, f"{_SHORT[0]:,} and {_SHORT[1]:,} rows")
    arguments = parser.parse_args()
    few, many = arguments.rows or (_SHORT if arguments.short else _ROWS)
    where = machine()
    print(where, flush=True)
    found = [nodes_of(rows) for rows in (few, many)]
    table = markdown(
        [
            "node",
            f"{few:,} rows",
            f"{many:,} rows",
            "processor time per row",
            "marginal rows per processor second",
            "peak memory",
            "ratio",
        ],
        cells(found, (few, many)),
    )
    print(table)
    how = (
        "Processor seconds of all threads of a node. Time per row and peak memory are "
        "of the larger run, compared with the smaller. Marginal: the additional rows "
        "by the additional seconds, which leaves out the start of a node. A node of "
        f"less than {_LEAST_SECONDS:.0f} s has no ratio. The process keeps what "
        "earlier nodes have imported, so a peak includes it. The Evaluator and "
        "Predictions see a tenth of the rows."
    )
    keep("Growth of the nodes with the rows", [how, table, f"{where}."])


def nodes_of(rows: int) -> dict[str, dict[str, Any]]:
    """Runs the pipeline on invented rows.

    Args:
        rows: how many rows it reads.

    Returns:
        The nodes of its summary but the Trainer, by their names; `seconds` are those
        of the processor.
    """
    with tempfile.TemporaryDirectory(prefix="newsdesk-growth-") as name:
        data, root = Path(name, "data"), Path(name, "run")
        write(data, rows)
        settings = [
            f"data.path={data}",
            "train.max_minutes=0.1",
            # Whatever its accuracy is, the model must reach the last node.
            "evaluation.min_accuracy=0.01",
            "evaluation.min_class_recall=0",
            "gate.max_duplicate_share=1",
            "gate.max_overlap_share=1",
            "gate.max_conflict_share=1",
            f"output.root={root}",
        ]
        code, seconds = by_node(command(_PRESET, settings))
        if code:
            sys.exit(f"the run ended with exit code {code}")
        summary = json.loads(max(root.glob("runs/*/summary.json")).read_text())
    return {
        node["name"]: node | {"seconds": seconds[node["name"]]}
        for node in summary["nodes"]
        if node["name"] != "Trainer"
    }


def write(folder: Path, rows: int) -> None:
    """Writes different texts, quickly.

    Args:
        folder: for train.csv and test.csv; is made.
        rows: how many rows both have together.
    """
    pool: dict[str, list[list[str]]] = defaultdict(list)
    with open(data_folder(None) / "train.csv", encoding="utf-8", newline="") as stream:
        header, *given = csv.reader(stream)
    for label, *texts in given:
        pool[label].append(texts)
    folder.mkdir()
    labels = sorted(pool)
    for split, numbers in {
        "train": range(rows // 10, rows),
        "test": range(rows // 10),
    }.items():
        with open(folder / f"{split}.csv", "w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(header)
            writer.writerows(_row(labels, pool, number) for number in numbers)


def _row(
    labels: Sequence[str], pool: dict[str, list[list[str]]], number: int
) -> list[str]:
    turn, index = divmod(number, len(labels))
    found = pool[labels[index]]
    # Each pair of a title and a description occurs once.
    cycle, title = divmod(turn, len(found))
    return [labels[index], found[title][0], found[(title + cycle) % len(found)][1]]


def cells(
    found: Sequence[dict[str, dict[str, Any]]], rows: tuple[int, int]
) -> list[list[str]]:
    """Draws the rows of the table.

    Args:
        found: the nodes of the smaller and of the larger run.
        rows: how many rows these runs read.

    Returns:
        A row for each node of both runs.
    """
    lines = []
    for name, one in found[0].items():
        other = found[1].get(name)
        if other is None:
            continue
        few, many = one["seconds"], other["seconds"]
        slow = few >= _LEAST_SECONDS
        more = many - few
        peaks = one.get("peak_bytes"), other.get("peak_bytes")
        known = all(peaks)
        lines.append(
            [
                name,
                f"{few:.1f} s",
                f"{many:.1f} s",
                f"{many / rows[1] / (few / rows[0]):.2f}" if slow else "",
                f"{(rows[1] - rows[0]) / more:,.0f}" if more >= _LEAST_SECONDS else "",
                f"{peaks[1] / 2**20:,.0f} MiB" if known else "",
                f"{peaks[1] / peaks[0]:.2f}" if known else "",
            ]
        )
    return lines


if __name__ == "__main__":
    main()
