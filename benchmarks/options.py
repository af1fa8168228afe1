"""Options that several benchmarks share, and the rows that they use by default."""

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.table import ROOT
from pipeline.sample import generate

LABELS = ("World", "Sports", "Business", "Sci/Tech")
WEIGHTS = ROOT / "weights" / "minilm"
INVENTED = ROOT / ".benchmarks" / "invented"
_TRAIN, _TEST = 20_000, 1_300


def add_data(parser: argparse.ArgumentParser) -> None:
    """Adds --data.

    Args:
        parser: of a benchmark.
    """
    parser.add_argument(
        "--data",
        type=Path,
        help="folder of train.csv and test.csv with label, title and description; "
        f"{_TRAIN:,} invented rows by default",
    )


def add_weights(parser: argparse.ArgumentParser) -> None:
    """Adds --weights.

    Args:
        parser: of a benchmark.
    """
    parser.add_argument(
        "--weights",
        type=Path,
        default=WEIGHTS,
        help="folder of a checkpoint; weights/minilm by default, from `make weights`",
    )


def add_short(parser: argparse.ArgumentParser, what: str) -> None:
    """Adds --short.

    Args:
        parser: of a benchmark.
        what: what is left out.
    """
    parser.add_argument("--short", action="store_true", help=f"quicker: {what}")


def count(word: str) -> int:
    """Parses a number of things.

    Args:
        word: of the command line.

    Returns:
        An integer from 1.

    Raises:
        ArgumentTypeError: it is another word.
    """
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"{word!r} is not an integer from 1")
    return int(word)


def data_folder(given: Path | None) -> Path:
    """Finds the rows of a benchmark, and invents them at first use.

    Args:
        given: value of --data.

    Returns:
        An absolute folder of train.csv and test.csv.
    """
    if given is None:
        return invented(INVENTED, _TRAIN, _TEST)
    for name in ("train.csv", "test.csv"):
        if not (given / name).is_file():
            sys.exit(
                f"{given / name} does not exist; --data needs a folder that has it"
            )
    return given.resolve()


def weights_folder(given: Path) -> Path:
    """Checks that a checkpoint is there.

    Args:
        given: value of --weights.

    Returns:
        Its absolute folder.
    """
    if not (given / "config.json").is_file():
        sys.exit(f"{given}/config.json does not exist; `make weights` downloads MiniLM")
    return given.resolve()


def heading_of(heading: str, weights: str) -> str:
    """Names the section of a checkpoint, so that none replaces that of another.

    Args:
        heading: of the benchmark.
        weights: name of the checkpoint's folder.

    Returns:
        The heading, with the name unless it is MiniLM.
    """
    return heading if weights == WEIGHTS.name else f"{heading}, {weights}"


def invented(folder: Path, train: int, test: int) -> Path:
    """Writes rows from the grammar of the bundled sample, unless they exist.

    Args:
        folder: for train.csv and test.csv.
        train: number of rows.
        test: number of rows.

    Returns:
        The folder.
    """
    if not (folder / "test.csv").exists():
        folder.mkdir(parents=True, exist_ok=True)
        per_desk = -(-(train + test) // len(LABELS))
        rows = generate.rows(per_desk=per_desk)
        _write(folder / "train.csv", rows[:train])
        _write(folder / "test.csv", rows[train : train + test])
    return folder


def _write(path: Path, rows: Sequence[generate.Row]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(generate.HEADER)
        writer.writerows((LABELS.index(label), *texts) for label, *texts in rows)
