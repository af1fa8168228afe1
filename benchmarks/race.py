"""What the competitors of benchmarks/train.py share; runs in either environment."""

import argparse
import csv
import json
import math
import random
import re
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

MARK = "race: "


@dataclass(frozen=True)
class Task:
    """What all competitors do: fine-tune one encoder on the same rows.

    Attributes:
        data: folder of train.csv and test.csv, with label, title and description.
        weights: folder of a checkpoint as Hugging Face publishes it.
        whole: train one whole epoch without rounds, and measure on test.csv.
        train_rows: how many rows of train.csv to train on, drawn at random; 0 for all.
        way: how our trainer trains: ours; padded, every text to `max_length`; examples,
            like TFX's examples of BERT: padded, with an encoder of TF Hub, in float32.
            How PyTorch does: torch, in bfloat16; torch-float32.
        hub: folder of the same checkpoint as SavedModels of TF Hub.
        batch_size: rows of a batch.
        max_length: tokens of a text at most.
        learning_rate: at its peak.
        warmup: share of the steps in which the learning rate rises.
        seed: of order, dropout and head.
    """

    data: str
    weights: str
    whole: bool = False
    train_rows: int = 0
    way: str = "ours"
    hub: str = ""
    batch_size: int = 32
    max_length: int = 128
    learning_rate: float = 1e-4
    warmup: float = 0.1
    seed: int = 42

    @classmethod
    def from_command_line(cls) -> "Task":
        """Reads the one argument of a competitor, a task as JSON."""
        parser = argparse.ArgumentParser()
        parser.add_argument("task", type=json.loads)
        return cls(**parser.parse_args().task)

    def to_json(self) -> str:
        """Writes what `from_command_line` reads."""
        return json.dumps(asdict(self))

    def rows(self, split: str) -> tuple[list[str], list[int]]:
        """Reads a split.

        Args:
            split: train or test.

        Returns:
            Texts, title and description joined by a space; labels from 0.
        """
        path = Path(self.data, f"{split}.csv")
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        if split == "train" and self.train_rows:
            # Drawn, because the file may be sorted by label.
            rows = random.Random(self.seed).sample(rows, self.train_rows)
        texts = [f"{row['title']} {row['description']}" for row in rows]
        return texts, [int(row["label"]) for row in rows]


class Pace:
    """Lets a competitor train in rounds, and reports how long each round took.

    Standard input holds a line with a number of steps for each round.
    """

    def __init__(self) -> None:
        self._left = 0
        self._rows = 0
        self._began = 0.0

    def before_training(self) -> None:
        """Waits for the first round."""
        report(ready=True)
        self._wait()

    def after_step(self, rows: int) -> None:
        """Counts a step; at the end of a round, reports it and waits for the next.

        Args:
            rows: of the step's batch.
        """
        self._rows += rows
        self._left -= 1
        if self._left == 0:
            seconds = time.perf_counter() - self._began
            report(rows=self._rows, seconds=seconds, peak_mib=peak_mib())
            self._wait()

    def _wait(self) -> None:
        line = sys.stdin.readline()
        if not line:
            sys.exit()
        self._left, self._rows = int(line), 0
        self._began = time.perf_counter()


def peak_mib() -> float:
    """Returns the most memory that this process has had so far, in MiB."""
    # Unlike ru_maxrss, this does not include the parent's memory before exec.
    status = Path("/proc/self/status").read_text()
    found = re.search(r"VmHWM:\s*(\d+) kB", status)
    return int(found.group(1)) / 1024 if found else math.nan


def report(**values: object) -> None:
    """Reports to benchmarks/train.py, on a marked line between other output.

    Args:
        values: JSON-able.
    """
    print(MARK + json.dumps(values), flush=True)
