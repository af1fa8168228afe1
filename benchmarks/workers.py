"""Measures training on one worker and on two, which talk over this machine's loopback.

Each worker gets one core, so that two workers have twice the processors of one. Both
train the same model on the same global batches, and their weights are compared.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.table import ROOT, keep, machine, markdown


def main() -> None:
    """Reads the command line, trains with one and two workers, and keeps the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=20, help="steps of each training")
    parser.add_argument("--batch-size", type=int, default=64, help="rows of a step")
    arguments = parser.parse_args()
    where = machine()
    print(where, flush=True)
    with tempfile.TemporaryDirectory(prefix="newsdesk-workers-") as name:
        found = {
            workers: train(Path(name), workers, arguments.steps, arguments.batch_size)
            for workers in (1, 2)
        }
        one, two = (
            np.load(Path(name, f"weights-{workers}-0.npz")) for workers in found
        )
        differences = [float(np.abs(one[key] - two[key]).max()) for key in one.files]
    table = markdown(
        ["workers", "rows/s", "against one"],
        [
            [str(workers), f"{rate:,.0f}", f"{rate / found[1]:.2f}"]
            for workers, rate in found.items()
        ],
    )
    what = (
        f"{arguments.steps} steps of {arguments.batch_size} rows of 40 tokens, the "
        "default transformer, float32, one core for each worker. After these steps the "
        f"weights of two workers differ from those of one by {max(differences):.1e} at "
        "most."
    )
    print(what, table, sep="\n")
    keep("Training on several workers", [what, table, f"{where}."])


def train(folder: Path, workers: int, steps: int, batch_size: int) -> float:
    """Trains in new processes.

    Args:
        folder: receives the weights.
        workers: how many processes train together.
        steps: how many steps they make.
        batch_size: the number of rows of a step, over all workers.

    Returns:
        Rows/s of all workers together, without the first steps.
    """
    addresses = [f"127.0.0.1:{port}" for port in _free_ports(workers)]
    words = [sys.executable, "-m", "benchmarks.workers_child", str(folder)]
    processes = []
    for index in range(workers):
        environment = dict(os.environ)
        if workers > 1:
            task: dict[str, Any] = {"type": "worker", "index": index}
            told = {"cluster": {"worker": addresses}, "task": task}
            environment["TF_CONFIG"] = json.dumps(told)
        processes.append(
            subprocess.Popen(
                [*words, str(workers), str(index), str(steps), str(batch_size)],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
    outputs = [process.communicate()[0] for process in processes]
    if any(process.returncode for process in processes):
        sys.exit("a worker failed")
    return float(outputs[0].splitlines()[-1])


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


if __name__ == "__main__":
    main()
