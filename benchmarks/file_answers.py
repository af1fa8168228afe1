"""Compares `newsdesk predict --file --out` with the bare SavedModel, on one machine.

Both answer the same rows with the same loaded model, in one process and in turns. The
bare model gets all texts from memory, sorted by length, in batches of the same size,
and nothing is done with its answers. `predict` reads Parquet and writes Parquet.
"""

import argparse
import csv
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.exported import export
from benchmarks.options import (
    LABELS,
    add_data,
    add_weights,
    data_folder,
    heading_of,
    weights_folder,
)
from benchmarks.race import Task
from benchmarks.table import ROOT, keep, machine, markdown
from newsdesk import features
from newsdesk.rows.readers import Layout
from pipeline.predict.answers import BATCH, Answerer
from pipeline.predict.batch.answer_file import answer_file
from pipeline.predict.batch.columns import Rules
from pipeline.predict.batch.rows import read

PREDICT, BARE = "predict --file --out", "bare SavedModel"
_FOLDER = ROOT / ".benchmarks" / "file_answers"
_TEXTS = ("title", "description")
Rows = list[dict[str, str]]

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"


def main() -> None:
    """Reads the command line, races, and keeps the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_data(parser)
    add_weights(parser)
    parser.add_argument("--rows", type=int, default=20_000, help="rows; 20,000")
    parser.add_argument("--rounds", type=int, default=2, help="number of rounds; 2")
    arguments = parser.parse_args()
    where = machine()
    print(where)
    weights = weights_folder(arguments.weights)
    data = data_folder(arguments.data)
    export(Task(data=str(data), weights=str(weights)), _FOLDER)
    rows = _rows(data, arguments.rows)
    seconds = race(Answerer(_FOLDER / "ours"), rows, arguments.rounds)
    table = markdown(["", "seconds", "rows/s"], _lines(seconds, len(rows)))
    print(table)
    pairs = zip(seconds[PREDICT], seconds[BARE], strict=True)
    ratio = statistics.median(predict / bare for predict, bare in pairs)
    what = (
        f"{weights.name}, bfloat16, {Task.max_length} tokens at most, {len(rows):,} "
        f"rows from Parquet to Parquet, batches of {BATCH}, `serving_default` with "
        f"strings, rounds: {arguments.rounds}, medians. `predict` takes {ratio:.2f} "
        "times as long as the bare model. Loading TensorFlow and the model is not "
        "included."
    )
    keep(heading_of("Answers for files", weights.name), [what, table, f"{where}."])


def race(answerer: Answerer, rows: Rows, rounds: int) -> dict[str, list[float]]:
    """Lets both answer in turns, after one batch of mixed lengths.

    Args:
        answerer: the model.
        rows: with the columns of _TEXTS.
        rounds: turns of each.

    Returns:
        Seconds of each turn, by competitor.
    """
    signature = answerer.signatures[features.SERVING_TEXT]
    texts = [" ".join(row[name] for name in _TEXTS) for row in rows]
    found: dict[str, list[float]] = {PREDICT: [], BARE: []}
    with tempfile.TemporaryDirectory() as scratch:
        file, out = Path(scratch, "rows.parquet"), Path(scratch, "answers.parquet")
        _write(file, rows)
        turns = {
            PREDICT: lambda: _predict(answerer, file, out),
            BARE: lambda: _bare(signature, texts),
        }
        _bare(signature, sorted(texts, key=len)[::BATCH])
        for turn in range(rounds):
            # In the second round the bare model begins.
            for name in sorted(turns, reverse=not turn % 2):
                found[name].append(_timed(turns[name]))
                print(f"round {turn + 1}: {name}: {found[name][-1]:.1f} s", flush=True)
    return found


def _predict(answerer: Answerer, file: Path, out: Path) -> None:
    answer_file(read(str(file), _TEXTS, Layout("auto")), out, answerer, Rules())


def _bare(signature: Any, texts: Sequence[str]) -> None:
    import tensorflow as tf

    ordered = sorted(texts, key=len)
    for first in range(0, len(ordered), BATCH):
        batch = tf.constant(ordered[first : first + BATCH])
        signature(text=batch)[features.PROBABILITIES].numpy()


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _rows(data: Path, count: int) -> Rows:
    rows: Rows = []
    for name in ("train.csv", "test.csv"):
        with open(data / name, newline="", encoding="utf-8") as stream:
            rows += csv.DictReader(stream)
    for row in rows:
        row["label"] = LABELS[int(row["label"])]
    return rows[:count]


def _write(file: Path, rows: Rows) -> None:
    import pyarrow
    from pyarrow import parquet

    parquet.write_table(pyarrow.Table.from_pylist(rows), file)


def _lines(seconds: dict[str, list[float]], rows: int) -> list[list[str]]:
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    return [[name, f"{s:.1f}", f"{rows / s:.0f}"] for name, s in medians.items()]


if __name__ == "__main__":
    main()
