"""Whatever string is sent, the exported signature gives a proper answer.

`python -m benchmarks.reliability.fuzz` sends 100,000 generated strings to a model that
a run of the sample exports, or to the one of --model, and prints what came back.
"""

import argparse
import multiprocessing
import os
import random
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.reliability.strings import Strings, megabyte
from tests.support import sample

_SUM_TOLERANCE = 1e-5
_NEIGHBOURS = 64
# How many strings there are for one that is also asked alone and in company.
_ASKED_TWICE = 250


@dataclass
class Figures:
    """What came back.

    Attributes:
        strings: sent.
        batches: that they were sent in.
        crashes: batches that ended in an error, or in the death of the process.
        nan: strings with a probability that is no number.
        sums: strings whose probabilities do not sum to 1.
        others: strings whose label is not that of the highest probability.
        difference: largest, of a probability of one text alone and in company.
    """

    strings: int = 0
    batches: int = 0
    crashes: int = 0
    nan: int = 0
    sums: int = 0
    others: int = 0
    difference: float = 0.0


def fuzz(folder: Path, count: int, seed: int = 5) -> Figures:
    """Sends strings, in a process of its own that may die of them.

    Args:
        folder: of an exported model.
        count: of the strings, at least; one of them has 1 MB.
        seed: of the strings.

    Returns:
        What came back.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        try:
            return pool.submit(_fuzz, folder, count, seed).result()
        except BrokenProcessPool:
            return Figures(strings=count, crashes=1)


def _fuzz(folder: Path, count: int, seed: int) -> Figures:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow as tf
    import tensorflow_text  # noqa: F401  registers operations of the model

    answer = tf.saved_model.load(str(folder)).signatures["serving_default"]
    strings, figures = Strings(seed), Figures()

    def ask(texts: list[bytes]) -> dict[str, Any]:
        given = tf.constant(texts, tf.string, [len(texts)])
        return {name: value.numpy() for name, value in answer(text=given).items()}

    for texts in ([], [megabyte()], [strings.one() for _ in range(512)]):
        _judge(figures, ask, texts)
    while figures.strings < count:
        _judge(figures, ask, strings.batch())
    _ask_twice(figures, ask, strings, max(4, count // _ASKED_TWICE))
    return figures


def _judge(figures: Figures, ask: Any, texts: list[bytes]) -> None:
    figures.strings += len(texts)
    figures.batches += 1
    try:
        found = ask(texts)
    except Exception as error:
        figures.crashes += 1
        print(f"crashed: {error!s:.300}")
        return
    probabilities, names = found["probabilities"], found["labels"]
    assert len(probabilities) == len(names) == len(found["label"]) == len(texts)
    figures.nan += int(np.isnan(probabilities).any(axis=1).sum())
    off = np.abs(probabilities.astype(np.float64).sum(axis=1) - 1.0)
    figures.sums += int((off > _SUM_TOLERANCE).sum())
    best = probabilities.argmax(axis=1)[:, None]
    named = np.take_along_axis(names, best, axis=1)[:, 0]
    figures.others += int((named != found["label"]).sum())


def _ask_twice(figures: Figures, ask: Any, strings: Strings, count: int) -> None:
    """Compares the answer to a text alone with that to the same text in company."""
    chance = random.Random(count)
    for _ in range(count):
        texts = [strings.one() for _ in range(_NEIGHBOURS)]
        place = chance.randrange(_NEIGHBOURS)
        alone = ask([texts[place]])["probabilities"][0]
        among = ask(texts)["probabilities"][place]
        difference = float(np.abs(alone - among).max())
        figures.difference = max(figures.difference, difference)


def main() -> None:
    """Fuzzes, and prints the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, metavar="DIR")
    parser.add_argument("--strings", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newsdesk-fuzz-") as scratch:
        folder = asked.model
        if folder is None:
            code, screen = sample.finish(Path(scratch))
            assert code == 0, screen
            (folder,) = Path(scratch, "serving").glob("[0-9]*")
        began = time.monotonic()
        found = asdict(fuzz(folder, asked.strings, asked.seed))
        seconds = time.monotonic() - began
    print(
        "{strings:,} strings in {batches:,} batches: {crashes} crashes, {nan} NaN, "
        "{sums} sums that are not 1, {others} labels that are not the most probable, "
        "{difference:.1e} between alone and in company".format(**found)
        + f"; {seconds:.0f} s, {found['strings'] / seconds:,.0f} strings/s"
    )


if __name__ == "__main__":
    main()
