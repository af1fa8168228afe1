"""Runs the short form of the benchmarks of speed, one after the other.

Each part writes its table into benchmarks/README.md. A part that fails is named at the
end, and the others still run.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.options import add_data, add_weights, data_folder, weights_folder
from benchmarks.table import ROOT

# By part: its module, and the options of this command that it takes.
PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "tokenization": ("benchmarks.tokenizers", ("data", "weights")),
    "training": ("benchmarks.train", ("data", "weights")),
    "inference": ("benchmarks.inference", ("data", "weights")),
    "pipeline": ("benchmarks.pipeline", ("data",)),
    "start-up": ("benchmarks.start_up", ()),
    "growth": ("benchmarks.node_growth", ()),
    "bert-base": ("benchmarks.bert_base", ("data", "weights")),
}


def main() -> int:
    """Reads the command line and runs the parts.

    Returns:
        The exit code: 1 if a part failed.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data(parser)
    add_weights(parser)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all if none")
    given = parser.parse_args()
    if unknown := sorted(set(given.parts) - set(PARTS)):
        parser.error(f"unknown part {unknown[0]!r}; choose from {', '.join(PARTS)}")
    data, weights = data_folder(given.data), weights_folder(given.weights)
    failed = []
    for name in given.parts or PARTS:
        words = command(name, data, weights)
        print(f"\n{name}: {' '.join(words[1:])}", flush=True)
        began = time.monotonic()
        code = subprocess.run(words, cwd=ROOT).returncode
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
        if code:
            failed.append(name)
    if failed:
        print(f"bench: failed: {' '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


def command(name: str, data: Path, weights: Path) -> list[str]:
    """Builds the command of a part.

    Args:
        name: of the part.
        data: folder of train.csv and test.csv.
        weights: folder of the checkpoint.

    Returns:
        Its words.
    """
    module, options = PARTS[name]
    given = {"data": data, "weights": weights}
    words = [sys.executable, "-m", module, "--short"]
    return words + [
        word for name in options for word in (f"--{name}", str(given[name]))
    ]


if __name__ == "__main__":
    sys.exit(main())
