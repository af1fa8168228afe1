"""Compares our training with transformers' Trainer, on one machine.

Steady state: every competitor is a process that trains some steps in its turn and then
waits, so that other load of the machine affects all of them. Whole epochs: one process
after the other, from its start to the saved model.
"""

import argparse
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.competitor import (
    OURS,
    TORCH,
    TORCH_FLOAT32,
    WAYS,
    Competitor,
    hub,
    our_precision,
    torch_python,
    torch_versions,
)
from benchmarks.options import (
    add_data,
    add_short,
    add_weights,
    count,
    data_folder,
    heading_of,
    weights_folder,
)
from benchmarks.race import Task
from benchmarks.table import keep, machine, markdown

# transformers sorts this many batches by length together, so rounds of as many steps
# are alike.
_SORTED_TOGETHER = 50


def main() -> None:
    """Reads the command line, races, and keeps the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_data(parser)
    add_weights(parser)
    add_short(parser, "a round of 15 steps, without the padded ways")
    parser.add_argument(
        "--epoch",
        action="store_true",
        help="compare whole epochs, not the steady state",
    )
    parser.add_argument(
        "--train-rows", type=int, default=0, help="rows of an epoch; all by default"
    )
    parser.add_argument("--rounds", type=count, help="number of rounds; 5")
    parser.add_argument(
        "--steps", type=count, help=f"steps of a round; {_SORTED_TOGETHER}"
    )
    arguments = parser.parse_args()
    torch_python()
    where = machine()
    print(where)
    weights = weights_folder(arguments.weights)
    task = Task(
        data=str(data_folder(arguments.data)),
        weights=str(weights),
        whole=arguments.epoch,
        train_rows=arguments.train_rows,
        hub="" if arguments.short or arguments.epoch else hub(weights),
    )
    if arguments.epoch:
        epochs(task, where)
        return
    rounds, steps, ways = (
        (1, 15, [OURS, TORCH, TORCH_FLOAT32])
        if arguments.short
        else (5, _SORTED_TOGETHER, [*WAYS])
    )
    steady(task, where, arguments.rounds or rounds, arguments.steps or steps, ways)


def steady(
    task: Task, where: str, rounds: int, steps: int, ways: Sequence[str]
) -> None:
    """Compares rows per second once everything is warm.

    Args:
        task: what all do.
        where: the machine.
        rounds: turns of every competitor, after one to warm up.
        steps: of a turn; a fifth where batches are padded.
        ways: names of the competitors; ours is one of them.
    """
    rates: dict[str, list[float]] = {name: [] for name in ways}
    competitors = []
    peaks = {}
    try:
        for name in rates:
            competitors.append(Competitor(name, task))
            competitors[-1].hear()
        for turn in range(rounds + 1):
            for competitor in competitors:
                # Padded batches are slow, but all alike, so a few are enough.
                sorts = competitor.name in (OURS, TORCH, TORCH_FLOAT32)
                rate = competitor.train(steps if sorts else max(1, steps // 5))
                print(
                    f"round {turn}: {competitor.name:<24} {rate:6.1f} rows/s",
                    flush=True,
                )
                if turn:
                    rates[competitor.name].append(rate)
                    peaks[competitor.name] = competitor.peak_mib
    finally:
        for competitor in competitors:
            competitor.end()
    ratios = {
        name: statistics.median(
            ours / theirs for ours, theirs in zip(rates[OURS], them, strict=True)
        )
        for name, them in rates.items()
    }
    table = markdown(
        [
            *("", "rows/s, median", "lowest", "highest", "newsdesk is faster by"),
            "peak memory, MiB",
        ],
        [
            [
                name,
                f"{statistics.median(them):.1f}",
                f"{min(them):.1f}",
                f"{max(them):.1f}",
                f"{ratios[name]:.2f}",
                f"{peaks[name]:,.0f}",
            ]
            for name, them in rates.items()
        ],
    )
    _conclude(
        "Training, steady state",
        f"{rounds} turns of {steps} steps each, after one to warm up.{_short(steps)}",
        where,
        task,
        table,
    )
    print(f"ratio {ratios[TORCH]:.2f}")


def _short(steps: int) -> str:
    if steps >= _SORTED_TOGETHER:
        return ""
    return (
        f" {TORCH} sorts {_SORTED_TOGETHER} batches together, and begins with the "
        "longest rows: such short turns make it look slower."
    )


def epochs(task: Task, where: str) -> None:
    """Compares one epoch from the start of the process to the saved model.

    Args:
        task: what all do.
        where: the machine.
    """
    rows, seconds = [], {}
    for name in (TORCH, TORCH_FLOAT32, OURS):
        began = time.monotonic()
        competitor = Competitor(name, task)
        accuracy = competitor.hear()["accuracy"]
        competitor.wait()
        seconds[name] = time.monotonic() - began
        rows.append([name, f"{seconds[name]:.0f}", f"{accuracy:.4f}"])
        print(*rows[-1], flush=True)
    for row, theirs in zip(rows, seconds.values(), strict=True):
        row.append(f"{theirs / seconds[OURS]:.2f}")
    head = ["", "seconds", "accuracy on test.csv", "newsdesk is faster by"]
    table = markdown(head, rows)
    _conclude(
        "Training, one epoch with start-up",
        f"{_trained(task)}: reading, cutting into word pieces, training, measuring, "
        "saving.",
        where,
        task,
        table,
    )
    print(f"ratio {seconds[TORCH] / seconds[OURS]:.2f}")


def _trained(task: Task) -> str:
    if not task.train_rows:
        return "All rows"
    return f"{task.train_rows:,} rows drawn from train.csv"


def _conclude(heading: str, how: str, where: str, task: Task, table: str) -> None:
    name = Path(task.weights).name
    what = (
        f"{name}, batches of {task.batch_size} rows by length, {task.max_length} "
        f"tokens at most, rate {task.learning_rate:g}. Newsdesk computes in "
        f"{our_precision()}, as `train.precision = auto` chooses; {TORCH} in bfloat16 "
        "unless it says float32. "
    )
    print(table)
    keep(
        heading_of(heading, name), [what + how, table, f"{where}; {torch_versions()}."]
    )


if __name__ == "__main__":
    main()
