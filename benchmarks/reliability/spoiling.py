"""Twelve ways in which a candidate, or what it is compared with, can be bad."""

import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.reliability.names import Row
from tests.support.sample import REPOSITORY

# The class that is ruined while the overall figure stays.
RUINED = "Sports"
_ROOMS = ("newsdesk", "pipeline", "components", "trainer", "schemas")
# Runs before the model is exported; `logits` is its last layer.
_ALTERED = """

_Served = Served


def Served(model, *others):
    logits = model._logits
    {statement}
    return _Served(model, *others)
"""


@dataclass(frozen=True)
class Candidate:
    """One way to go wrong, and what the refusal must say.

    Attributes:
        name: for the table.
        told: a pattern of the refusal: metric or rule, value and limit.
        rows: makes the rows of a split bad.
        source: what is appended to trainer/export/serving.py.
        replaced: two strings, the first of which becomes the second there.
        words: for the command line.
        harm: what is done to the place of the model in service.
        weak: compared with a model that is worse overall.
    """

    name: str
    told: str
    rows: Callable[[str, list[Row]], list[Row]] | None = None
    source: str = ""
    replaced: tuple[str, str] = ("", "")
    words: tuple[str, ...] = ()
    harm: Callable[[Path], None] | None = None
    weak: bool = False


def shuffled(share: float) -> Callable[[str, list[Row]], list[Row]]:
    """Makes some labels of the rows that are learned from change places.

    Args:
        share: of the rows of train and eval.

    Returns:
        What to do with the rows of a split.
    """

    def shuffle(split: str, rows: list[Row]) -> list[Row]:
        if split == "test":
            return rows
        chance = random.Random(11)
        places = chance.sample(range(len(rows)), round(share * len(rows)))
        labels = [rows[place][0] for place in places]
        chance.shuffle(labels)
        bad = list(rows)
        for place, label in zip(places, labels, strict=True):
            bad[place] = (label, *rows[place][1:])
        return bad

    return shuffle


def _renamed(names: dict[str, str], splits: Sequence[str]) -> Any:
    def rename(split: str, rows: list[Row]) -> list[Row]:
        if split not in splits:
            return rows
        return [(names.get(label, label), *texts) for label, *texts in rows]

    return rename


def _flip_a_bit(serving: Path) -> None:
    (file,) = serving.glob("*/variables/variables.data*")
    written = bytearray(file.read_bytes())
    written[len(written) // 2] ^= 1
    file.write_bytes(written)


def _put_a_file_there(serving: Path) -> None:
    shutil.rmtree(serving)
    serving.write_text("stale file handle")


_WORSE = r"0\.\d+ is 0\.\d+ below the [01]\.\d+ of version \d+ in service"
_DROP = rf"accuracy {_WORSE}"
_NUMBER = r"loss nan is not finite"
CANDIDATES = [
    *(
        Candidate(f"{share:.0%} of labels shuffled", _DROP, shuffled(share))
        for share in (0.05, 0.1, 0.25, 0.5)
    ),
    Candidate("one class", _DROP, source="logits.bias.assign_add([50.0, 0, 0, 0])"),
    Candidate(
        "NaN weights",
        _NUMBER,
        source="logits.kernel[0, 0].assign(float('nan'))",
    ),
    Candidate(
        "two labels swapped",
        _DROP,
        _renamed({"World": "Sports", "Sports": "World"}, ("train", "eval")),
    ),
    Candidate(
        "one class ruined, overall kept",
        rf"F1 of '{RUINED}' {_WORSE}",
        source="logits.bias[1].assign(logits.bias[1] - {shift})",
        weak=True,
    ),
    Candidate(
        "another label set",
        r"its labels are World, Sports, .*, not World, Games, ",
        _renamed({"Sports": "Games"}, ("train", "eval", "test")),
        words=("--set", 'data.labels=["World", "Games", "Business", "Sci/Tech"]'),
    ),
    Candidate(
        "another signature",
        r"its signature serving_default takes texts: string \[\?\], not text: ",
        replaced=(
            "texts = tf.TensorSpec([None], tf.string, name=features.TEXT)",
            'texts = tf.TensorSpec([None], tf.string, name="texts")',
        ),
    ),
    Candidate(
        "a corrupted baseline",
        r"variables\.data-00000-of-00001 was altered",
        words=("--set", "train.seed=7"),
        harm=_flip_a_bit,
    ),
    Candidate(
        "an unreadable baseline store",
        r"cannot be read: Not a directory",
        words=("--set", "train.seed=7"),
        harm=_put_a_file_there,
    ),
]


def sources(folder: Path, candidate: Candidate) -> Path:
    """Makes a source tree whose trainer spoils what it exports.

    Args:
        folder: where.
        candidate: what to spoil.

    Returns:
        The folder, or the repository where the sources are as they are.
    """
    if not candidate.source and not any(candidate.replaced):
        return REPOSITORY
    for room in _ROOMS:
        shutil.copytree(REPOSITORY / room, folder / room)
    file = folder / "trainer" / "export" / "serving.py"
    text = file.read_text()
    assert candidate.replaced[0] in text
    text = text.replace(*candidate.replaced) if candidate.replaced[0] else text
    if candidate.source:
        text += _ALTERED.format(statement=candidate.source)
    file.write_text(text)
    return folder
