"""Measures commands from the start of their process to its end.

A run of the bundled sample comes first; all commands then use its folder. Files are in
the page cache. The last rows are what the same answer takes without Newsdesk.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.options import add_short
from benchmarks.pipeline import run
from benchmarks.table import ROOT, keep, machine, markdown

_SAMPLE = ROOT / "pipeline" / "configs" / "sample.toml"
_TEXT = "Oil prices fall as supply grows"
_IMPORT = "import TensorFlow"
_SCRIPT = "load the SavedModel in a script, and classify"
_PREDICT = 'newsdesk predict "..."'
_LOAD = """
import sys
import tensorflow as tf, tensorflow_text
model = tf.saved_model.load(sys.argv[1])
print(model.signatures["serving_default"](text=tf.constant([sys.argv[2]]))["label"])
"""


def main() -> None:
    """Reads the command line, measures, and keeps the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_short(parser, "two turns instead of five")
    turns = 2 if parser.parse_args().short else 5
    where = machine()
    print(where)
    with tempfile.TemporaryDirectory(prefix="newsdesk-start-up-") as folder:
        run(_SAMPLE, [f"output.root={folder}"], Path(folder))
        seconds = measured(_commands(Path(folder)), turns)
    table = markdown(["command", "seconds, median", "lowest", "ratio"], rows(seconds))
    print(table)
    how = (
        f"{turns} turns, each command in a new process. Ratio to a script that loads "
        "the pushed SavedModel with TensorFlow and classifies one text."
    )
    keep("Start-up", [how, table, f"{where}."])


def _commands(root: Path) -> dict[str, list[str]]:
    newsdesk = [sys.executable, "-m", "pipeline.cli"]
    version = max((root / "serving").iterdir())
    same = ["run", str(_SAMPLE), "--set", f"output.root={root}"]
    return {
        "newsdesk --version": [*newsdesk, "--version"],
        "newsdesk runs": [*newsdesk, "runs", "--root", str(root)],
        "a run without changes": [*newsdesk, *same],
        _PREDICT: [*newsdesk, "predict", "--root", str(root), _TEXT],
        _IMPORT: [sys.executable, "-c", "import tensorflow"],
        _SCRIPT: [sys.executable, "-c", _LOAD, str(version), _TEXT],
    }


def measured(
    commands: Mapping[str, Sequence[str]], turns: int
) -> dict[str, list[float]]:
    """Runs commands in turns, so that other load affects all of them.

    Args:
        commands: words of each command, by name.
        turns: of each.

    Returns:
        Seconds of each turn, by name.
    """
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(turns):
        for name, words in commands.items():
            began = time.monotonic()
            done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
            seconds[name].append(time.monotonic() - began)
            if done.returncode:
                sys.exit(f"`{name}` ended with {done.returncode}:\n{done.stderr}")
    return seconds


def rows(seconds: Mapping[str, Sequence[float]]) -> list[list[str]]:
    """Draws the rows of the table.

    Args:
        seconds: of each turn, by command; one of them is the script.

    Returns:
        Medians, lowest, and the ratio of the median to that of the script.
    """
    script = statistics.median(seconds[_SCRIPT])
    return [
        [
            f"`{name}`" if name.startswith("newsdesk") else name,
            f"{statistics.median(turns):.2f}",
            f"{min(turns):.2f}",
            f"{statistics.median(turns) / script:.2f}",
        ]
        for name, turns in seconds.items()
    ]


if __name__ == "__main__":
    main()
