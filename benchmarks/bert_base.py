"""Trains and asks a BERT of the base size beside PyTorch: rows/s and memory.

Twelve layers of width 768 with random weights, because speed does not depend on them,
and the vocabulary of another checkpoint. benchmarks.train and benchmarks.inference
measure it and write its tables.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from benchmarks.competitor import torch_python
from benchmarks.options import (
    add_data,
    add_short,
    add_weights,
    data_folder,
    weights_folder,
)
from benchmarks.table import ROOT

_FOLDER = ROOT / ".benchmarks" / "bert-base"
# By benchmark: its long form, and its short one. A step takes several seconds.
_PARTS = {
    "benchmarks.train": ("--rounds 3 --steps 8", "--rounds 1 --steps 2"),
    "benchmarks.inference": ("--rounds 3", "--rounds 1 --rows 64 --sizes 8 1"),
}


def main() -> int:
    """Reads the command line and runs both benchmarks.

    Returns:
        The exit code: 1 if one of them failed.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data(parser)
    add_weights(parser)
    add_short(parser, "one round, fewer steps, no batches of 64")
    given = parser.parse_args()
    data = data_folder(given.data)
    checkpoint(weights_folder(given.weights))
    failed = False
    for module, (long, short) in _PARTS.items():
        # The long form has no padded ways either: they would take half an hour.
        words = ["--short", *(short if given.short else long).split()]
        words += ["--data", str(data), "--weights", str(_FOLDER)]
        done = subprocess.run([sys.executable, "-m", module, *words], cwd=ROOT)
        failed |= done.returncode != 0
    return int(failed)


def checkpoint(vocabulary: Path) -> None:
    """Writes the random weights, unless they exist.

    Args:
        vocabulary: folder of a checkpoint that has vocab.txt.
    """
    if _FOLDER.exists():
        return
    words = ["--vocabulary", str(vocabulary), "--to", str(_FOLDER)]
    command = [str(torch_python()), "-m", "benchmarks.random_bert", *words]
    if subprocess.run(command, cwd=ROOT).returncode:
        sys.exit("the random weights cannot be written; see the output above")


if __name__ == "__main__":
    sys.exit(main())
