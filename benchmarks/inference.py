"""Compares answers from raw strings with PyTorch, on one machine.

Every competitor is a process that loads one model and answers in its turn, so that
other load of the machine affects all of them: our SavedModel, and transformers with
PyTorch in bfloat16 and float32. Ours computes in the precision that
`train.precision = "auto"` chooses on this machine.
"""

import argparse
import dataclasses
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.answering import ORDERS
from benchmarks.competitor import our_precision, torch_python, torch_versions
from benchmarks.exported import export
from benchmarks.options import (
    add_data,
    add_short,
    add_weights,
    count,
    data_folder,
    heading_of,
    weights_folder,
)
from benchmarks.race import MARK, Task
from benchmarks.table import ROOT, keep, machine, markdown

OURS, TORCH, TORCH_FLOAT32 = "newsdesk", "PyTorch", "PyTorch, float32"
_NAMES = (OURS, TORCH, TORCH_FLOAT32)
_FOLDER = ROOT / ".benchmarks" / "inference"
# By the size of a batch: how many a turn has if --rows is 64.
_BATCHES = {64: 1, 8: 3, 1: 8}
_ROWS, _SHORT_ROWS = 960, 192
Rates = dict[str, list[float]]


class Answering:
    """A process that answers.

    Args:
        name: what the table calls it.
        task: what to answer.
    """

    def __init__(self, name: str, task: Task) -> None:
        self.name = name
        self.peak_mib = 0.0
        module, python = "benchmarks.our_answers", sys.executable
        way = str(_FOLDER / "ours")
        if name in (TORCH, TORCH_FLOAT32):
            module, python = "benchmarks.torch_answers", str(torch_python())
            way = "bfloat16" if name == TORCH else "float32"
        given = dataclasses.replace(task, way=way).to_json()
        self._log = _FOLDER / f"{name.replace(' ', '-')}.log"
        began = time.perf_counter()
        self._process = subprocess.Popen(
            [python, "-m", module, given],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log.open("w"),
            text=True,
            cwd=ROOT,
        )
        self._hear()
        # From the start of the process to its first answer.
        self.cold_seconds = time.perf_counter() - began

    def rate(self, batch: int, order: str, rows: int) -> float:
        """Lets the process answer.

        Args:
            batch: rows of a batch.
            order: one of ORDERS.
            rows: how many it answers.

        Returns:
            Rows per second.
        """
        assert self._process.stdin is not None
        asked = {"batch": batch, "order": order, "rows": rows}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        heard = self._hear()
        self.peak_mib = heard["peak_mib"]
        return float(heard["rows"] / heard["seconds"])

    def end(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.wait()

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(MARK):
                report: dict[str, Any] = json.loads(line.removeprefix(MARK))
                return report
        sys.exit(f"{self.name} ended with {self._process.wait()}; see {self._log}")


def main() -> None:
    """Reads the command line, races, and keeps the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_data(parser)
    add_weights(parser)
    add_short(parser, f"a round of {_SHORT_ROWS} rows")
    parser.add_argument("--rounds", type=count, help="number of rounds; 5")
    parser.add_argument(
        "--rows", type=count, help=f"rows of a round in batches of 64; {_ROWS}"
    )
    parser.add_argument(
        "--sizes",
        type=int,
        nargs="+",
        choices=_BATCHES,
        default=_BATCHES,
        metavar="N",
        help="rows of a batch, of 64, 8 and 1; all by default",
    )
    arguments = parser.parse_args()
    torch_python()
    where = machine()
    print(where)
    task = Task(
        data=str(data_folder(arguments.data)),
        weights=str(weights_folder(arguments.weights)),
    )
    export(task, _FOLDER)
    rounds, most = (1, _SHORT_ROWS) if arguments.short else (5, _ROWS)
    rounds, most = arguments.rounds or rounds, arguments.rows or most
    times = -(-most // 64)
    rows = {size: size * _BATCHES[size] * times for size in arguments.sizes}
    cold, peaks, rates = race(task, rounds, rows)
    table = markdown(
        ["", *_NAMES, *(f"{OURS} / {name}" for name in _NAMES[1:])],
        [
            *_rate_lines(rates),
            _line("start to first answer", "s", cold),
            _line("peak memory", "GiB", peaks),
        ],
    )
    print(table)
    name = Path(task.weights).name
    in_turn = ", ".join(f"{n} in batches of {size}" for size, n in rows.items())
    what = (
        f"{name}, {task.max_length} tokens at most, texts of test.csv from raw strings "
        "to probabilities, rows/s, medians, turns after one to warm up: "
        f"{rounds}, each of {in_turn}. Newsdesk computes in {our_precision()}, "
        f"{TORCH} in bfloat16 unless it says float32. Sorted: by length. Ratios above "
        "1: newsdesk is faster or smaller."
    )
    keep(heading_of("Inference", name), [what, table, f"{where}; {torch_versions()}."])


def race(
    task: Task, rounds: int, rows: dict[int, int]
) -> tuple[dict[str, float], dict[str, float], dict[tuple[int, str], Rates]]:
    """Lets all competitors answer in turns.

    Args:
        task: what to answer.
        rounds: turns of every competitor, after one to warm up.
        rows: of a turn, by the size of a batch.

    Returns:
        Seconds until the first answer and peak memory in GiB, by competitor; rows per
        second by size of a batch and order, and by competitor.
    """
    settings = [(size, order) for size in rows for order in ORDERS]
    rates: dict[tuple[int, str], Rates] = {one: {} for one in settings}
    competitors: list[Answering] = []
    try:
        # The first start of each library also reads its files into memory.
        for name in (OURS, TORCH):
            Answering(name, task).end()
        for name in _NAMES:
            competitors.append(Answering(name, task))
        for turn in range(rounds + 1):
            for size, order in settings:
                for one in competitors:
                    rate = one.rate(size, order, rows[size])
                    if turn:
                        rates[size, order].setdefault(one.name, []).append(rate)
            print(f"round {turn} of {rounds} is done", flush=True)
    finally:
        for one in competitors:
            one.end()
    cold = {one.name: one.cold_seconds for one in competitors}
    return cold, {one.name: one.peak_mib / 1024 for one in competitors}, rates


def _rate_lines(rates: dict[tuple[int, str], Rates]) -> list[list[str]]:
    lines = []
    for (size, order), found in rates.items():
        medians = [statistics.median(them) for them in found.values()]
        # Ratios of the same round, because the load of the machine changes.
        ratios = [
            statistics.median(
                a / b for a, b in zip(found[OURS], found[name], strict=True)
            )
            for name in _NAMES[1:]
        ]
        cells = [f"{rate:.0f}" for rate in medians] + [f"{one:.2f}" for one in ratios]
        lines.append([f"batch {size}, {order}", *cells])
    return lines


def _line(what: str, unit: str, found: dict[str, float]) -> list[str]:
    cells = [f"{found[name]:.1f} {unit}" for name in _NAMES]
    ratios = [f"{found[name] / found[OURS]:.2f}" for name in _NAMES[1:]]
    return [what, *cells, *ratios]


if __name__ == "__main__":
    main()
