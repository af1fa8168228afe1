"""Measures how the memory of a training grows with the rows.

Each training is a process of its own, on generated rows whose token ids are in a file.
It makes some steps and is then measured on 2,000 rows, so that its peak memory shows
what the rows need, and not what the model needs.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.table import ROOT, keep, machine, markdown

_EVAL_ROWS = 2000
_TOKENS = 20


def main() -> None:
    """Reads the command line, trains on each number of rows, and keeps the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--rows", type=int, nargs="+", default=[200_000, 1_000_000], help="train rows"
    )
    parser.add_argument(
        "--memory-rows", type=int, default=100_000, help="train.memory_rows"
    )
    parser.add_argument(
        "--minutes", type=float, default=0.2, help="minutes that steps are made"
    )
    arguments = parser.parse_args()
    where = machine()
    print(where)
    found = [
        train(rows, arguments.memory_rows, arguments.minutes) for rows in arguments.rows
    ]
    table = markdown(
        ["train rows", "peak memory", "to the first step", "per row"],
        [
            [
                f"{rows:,}",
                f"{one['peak'] / 2**20:,.0f} MiB",
                f"{one['seconds']:.1f} s",
                f"{1e6 * one['seconds'] / rows:.1f} µs",
            ]
            for rows, one in zip(arguments.rows, found, strict=True)
        ],
    )
    print(table)
    text = (
        f"Rows of {_TOKENS} tokens; `train.memory_rows = {arguments.memory_rows}`; the "
        "default transformer. The time to the first step does not include "
        "imports."
    )
    keep("Training, growth with the rows", [text, table, where + "."])


def train(rows: int, memory_rows: int, minutes: float) -> dict[str, float]:
    """Trains on generated rows in another process.

    Args:
        rows: number of train rows.
        memory_rows: `train.memory_rows`.
        minutes: `train.max_minutes`.

    Returns:
        `peak`, in bytes, and `seconds` to the first step.

    Raises:
        subprocess.CalledProcessError: the training failed.
    """
    with tempfile.TemporaryDirectory(prefix="newsdesk-growth-") as name:
        folder = Path(name)
        began = time.time()
        _child("write", folder, rows)
        print(f"wrote {rows:,} rows in {time.time() - began:.0f} s", flush=True)
        job = {
            "train_files": [str(folder / "train.gz")],
            "eval_files": [str(folder / "eval.gz")],
            "transform_graph_path": str(folder),
            "serving_model_dir": str(folder / "model"),
            "model_run_dir": str(folder / "logs"),
            "custom_config": {
                "text": {"vocabulary_size": 1000, "max_length": _TOKENS},
                "model": {},
                "optimizer": {},
                "train": {"memory_rows": memory_rows, "max_minutes": minutes},
                "labels": ["a", "b", "c", "d"],
                "text_columns": ["text"],
                "fingerprint": "",
            },
        }
        (folder / "job.json").write_text(json.dumps(job))
        return json.loads(_child("train", folder, rows))


def _child(what: str, folder: Path, rows: int) -> str:
    command = [sys.executable, "-m", "benchmarks.growth_child", what, str(folder)]
    done = subprocess.run(
        [*command, str(rows), str(_EVAL_ROWS), str(_TOKENS)],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout.splitlines()[-1] if done.stdout else ""


if __name__ == "__main__":
    main()
