"""Measures on labelled rows whether the words that `newsdesk explain` names matter.

    python -m benchmarks.explaining --model DIR --file test.csv --text title description

Removes the word with the largest weight, and the words with the three largest weights,
and compares with random words.
"""

import argparse
import csv
from pathlib import Path

import numpy as np

from newsdesk.explaining.explain import explain
from newsdesk.explaining.loaded import LoadedModel
from newsdesk.explaining.words import spans

_WORDS = 3


def _without(text: str, removed: np.ndarray) -> str:
    kept = set(range(len(spans(text)))) - set(removed.tolist())
    return " ".join(text[slice(*spans(text)[place])] for place in sorted(kept))


def _drops(
    model: LoadedModel, text: str, random: np.random.Generator
) -> tuple[list[float], list[bool]]:
    """What top words and random words take from the probability of the answer.

    Args:
        model: the model.
        text: the text.
        random: chooses words.

    Returns:
        Four drops, of one and of several top and random words, and whether the answer
        became another one.
    """
    found = explain(model, text)
    chosen = model.labels.index(found.predicted)
    order = np.argsort([-word.weight for word in found.words], kind="stable")
    mixed = random.permutation(len(order))
    sets = (order[:1], mixed[:1], order[:_WORDS], mixed[:_WORDS])
    asked = model.answer([_without(text, removed) for removed in sets])
    drops = found.probability - asked[:, chosen]
    return drops.tolist(), (asked.argmax(1) != chosen).tolist()


def main() -> None:
    """Prints the means over the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--text", nargs="+", required=True, help="columns of the text")
    parser.add_argument("--rows", type=int, default=200)
    given = parser.parse_args()
    with open(given.file, newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))[: given.rows]
    model, random = LoadedModel(given.model), np.random.default_rng(0)
    texts = [" ".join(row[name] for name in given.text) for row in rows]
    found = [_drops(model, text, random) for text in texts]
    drops = np.mean([one for one, _ in found], 0)
    changed = np.mean([one for _, one in found], 0)
    names = ("top word", "random word", f"{_WORDS} top words", f"{_WORDS} random words")
    print(f"{len(rows)} rows")
    for name, drop, share in zip(names, drops, changed, strict=True):
        print(f"{name:<15} {drop:+.4f}  answer changed {share:.1%}")


if __name__ == "__main__":
    main()
