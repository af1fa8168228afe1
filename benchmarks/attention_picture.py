"""Draws the picture of docs/design/explaining.md from a model of the bundled sample.

    python -m benchmarks.attention_picture --root runs/attention

Trains a transformer of two blocks, because the attention of the first block stays
almost equal for all tokens, and asks it about an invented line.
"""

import argparse
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
PICTURE = REPOSITORY / "docs" / "img" / "attention.png"
CONFIG = REPOSITORY / "pipeline" / "configs" / "sample.toml"
SETTINGS = (
    "model.encoder.blocks=2",
    "optimizer.learning_rate=0.003",
    "train.epochs=12",
)
TEXT = "Oil prices fall as the bank warns of higher costs and the team wins the cup"


def main() -> None:
    """Runs the pipeline and draws the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, required=True, help="a folder for the run")
    parser.add_argument("--output", type=Path, default=PICTURE)
    given = parser.parse_args()
    sets = [word for one in SETTINGS for word in ("--set", one)]
    root = str(given.root.absolute())
    _newsdesk("run", str(CONFIG), *sets, "--set", f"output.root={root}")
    _newsdesk("attention", TEXT, "-o", str(given.output), "--root", root)


def _newsdesk(*words: str) -> None:
    command = [sys.executable, "-m", "pipeline.cli", *words]
    subprocess.run(command, cwd=REPOSITORY, check=True)


if __name__ == "__main__":
    main()
