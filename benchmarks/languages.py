"""Compares the tokenizers `words` and `pieces` on invented rows in six languages.

`python -m benchmarks.languages --to FOLDER` writes 3,000 rows of six classes (a third
is tested), trains the custom transformer with each tokenizer, and keeps the
accuracy by language. Japanese and Chinese have no spaces between words.
"""

import argparse
import csv
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.table import keep, machine, markdown

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROWS = 3000
CLASSES = ("sport", "economy", "politics", "science", "weather", "culture")
UNSPACED = ("japanese", "chinese")
TOKENIZERS = ("words", "pieces")
_WORDS = Path(__file__).with_name("languages.toml")
_TESTED = 3
_CONFIG = """\
name = "languages"
[data]
path = "."
splits = {{ train = "train.csv", test = "test.csv" }}
text_columns = ["text"]
label_column = "label"
labels = [{labels}]
schema_file = "schema.pbtxt"
[train]
epochs = 15
"""
_SCHEMA = """\
feature {
  name: "text"
  type: BYTES
  presence { min_fraction: 1 min_count: 1 }
  shape { }
}
feature {
  name: "label"
  type: INT
  int_domain { min: 0 max: 5 is_categorical: true }
  presence { min_fraction: 1 min_count: 1 }
  shape { }
}
"""


class Row(NamedTuple):
    """An invented row."""

    text: str
    label: str
    language: str


def rows(count: int = ROWS, seed: int = 42) -> Iterator[Row]:
    """Invents rows.

    Args:
        count: number of rows; languages and classes take turns.
        seed: decides the words.

    Yields:
        Rows with two words of their class among six to ten that any class may have.
    """
    chance = random.Random(seed)
    languages = tomllib.loads(_WORDS.read_text(encoding="utf-8"))
    names = sorted(languages)
    for number in range(count):
        language = names[number % len(names)]
        label = CLASSES[number // len(names) % len(CLASSES)]
        words = {key: value.split() for key, value in languages[language].items()}
        chosen = chance.choices(words["filler"], k=chance.randint(6, 10))
        chosen += chance.sample(words[label], 2)
        chance.shuffle(chosen)
        space, end = ("", "。") if language in UNSPACED else (" ", ".")
        yield Row(space.join(chosen) + end, label, language)


def write(found: Sequence[Row], folder: Path) -> None:
    """Writes a configuration, train.csv and test.csv.

    Args:
        found: the rows, of which every third is tested.
        folder: is made if it does not exist.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Mixed first, because languages and classes take turns.
    mixed = random.Random(0).sample(found, len(found))
    tested = mixed[::_TESTED]
    trained = [row for place, row in enumerate(mixed) if place % _TESTED]
    for name, part in (("train.csv", trained), ("test.csv", tested)):
        with open(folder / name, "w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows([Row._fields, *part])
    (folder / "schema.pbtxt").write_text(_SCHEMA)
    labels = ", ".join(f'"{label}"' for label in CLASSES)
    (folder / "newsdesk.toml").write_text(_CONFIG.format(labels=labels))


def accuracies(root: Path, tested: Path) -> Mapping[str, float]:
    """Classifies the tested rows with a published model.

    Args:
        root: of the pipeline whose newest push is used.
        tested: test.csv.

    Returns:
        The share of right answers by language.
    """
    from pipeline.predict.answers import Answerer
    from pipeline.predict.find_model import opened_model

    with open(tested, newline="", encoding="utf-8") as stream:
        found = [Row(**row) for row in csv.DictReader(stream)]
    right: Counter[str] = Counter()
    with opened_model(root) as model:
        answers = Answerer(model).answers(row.text for row in found)
        for row, answer in zip(found, answers, strict=True):
            right[row.language] += answer["label"] == row.label
    count = Counter(row.language for row in found)
    return {language: right[language] / count[language] for language in sorted(count)}


def main() -> None:
    """Runs both pipelines and keeps the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, required=True, help="Folder to write into.")
    folder = parser.parse_args().to
    where = machine()
    write(list(rows()), folder)
    found = {}
    for tokenizer in TOKENIZERS:
        root = folder / tokenizer
        command = [sys.executable, "-m", "pipeline.cli", "run"]
        command += [str(folder / "newsdesk.toml"), "--set", f"output.root={root}"]
        command += ["--set", f"text.tokenizer={tokenizer}"]
        # A model of one tokenizer may be worse than the limits; it is compared anyway.
        command += ["--set", "evaluation.min_accuracy=0.01"]
        subprocess.run(command, check=True)
        found[tokenizer] = accuracies(root, folder / "test.csv")
    table = markdown(
        ["language", *(f"`{name}`" for name in TOKENIZERS)],
        [
            [language, *(f"{found[name][language]:.3f}" for name in TOKENIZERS)]
            for language in found["words"]
        ],
    )
    print(table)
    what = (
        f"{ROWS:,} invented rows of six classes, of which a third is tested; the "
        "custom transformer, at most 15 epochs; accuracy on the tested rows. Japanese "
        "and Chinese have no spaces between words."
    )
    keep("Words and pieces in six languages", [what, table, f"{where}."])


if __name__ == "__main__":
    main()
