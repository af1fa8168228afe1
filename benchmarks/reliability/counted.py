"""Rows of files counted and judged as the pipeline does it, without a pipeline."""

import csv
import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from components.data_rules import Judged, judge
from components.text_statistics.statistics import SplitStatistics, TextStatistics
from components.text_statistics.tally import Row, Tally
from newsdesk.config.gate import Gate
from newsdesk.config.text import Text

SETTINGS = {"text": {}, "encoder": {"kind": "transformer"}, "fingerprint": ""}
COLUMNS = ("title", "description")


class News(NamedTuple):
    """A row of the sample or of AG News."""

    label: str
    title: str
    description: str

    @property
    def text(self) -> str:
        """As the model would see it."""
        return f"{self.title} {self.description}".strip()


class Split(NamedTuple):
    """The rows of a data set."""

    train: list[News]
    test: list[News]


def read(file: Path) -> list[News]:
    """Reads a file with the columns of `News`.

    Args:
        file: in CSV.

    Returns:
        Its rows.
    """
    with open(file, newline="") as stream:
        return [News(**row) for row in csv.DictReader(stream)]


def divide(rows: Sequence[News]) -> Split:
    """Divides rows that are in a random order already.

    Args:
        rows: any.

    Returns:
        Nine in ten for the training.
    """
    edge = len(rows) * 9 // 10
    return Split(list(rows[:edge]), list(rows[edge:]))


class Judge:
    """Judges data as the successor of a model in service.

    Args:
        labels: the names of the classes.
        before: what trained that model; None where there is none.
    """

    def __init__(self, labels: list[str], before: Split | None) -> None:
        from trainer.counting import Counter

        self._labels = labels
        self._before = None
        self._counter = Counter(SETTINGS, None)
        if before:
            self._before = self._counted(before)
            with tempfile.TemporaryDirectory() as folder:
                _learn([row.text for row in before.train], Path(folder, "assets"))
                self._counter = Counter(SETTINGS, folder)

    def judge(self, now: Split, rules: Gate) -> list[Judged]:
        """Applies the rules.

        Args:
            now: the data.
            rules: the gate section.

        Returns:
            What each rule says.
        """
        counted, reference = self._counted(now), "the data of version 1"
        return judge(rules, counted, self._labels, self._before, reference, {})

    def _counted(self, data: Split) -> TextStatistics:
        splits = {"train": self._split(data.train), "test": self._split(data.test)}
        return TextStatistics(vocabulary=self._counter.vocabulary, splits=splits)

    def _split(self, rows: list[News]) -> SplitStatistics:
        counted = self._counter.count([row.text.encode() for row in rows])
        assert counted.words is not None
        tally = Tally()
        for place, (row, tokens) in enumerate(zip(rows, counted.tokens, strict=True)):
            unknown = None if counted.unknown is None else counted.unknown[place]
            label = self._labels.index(row.label)
            tally.add(Row(row.text, label, tokens, unknown, counted.words[place]))
        return tally.statistics(self._counter.room, self._counter.min_rows)


def _learn(texts: list[str], assets: Path) -> None:
    """Writes the words that Transform would learn to where a model has them."""
    import tensorflow as tf

    from trainer.text.tokenizer import VOCABULARY
    from trainer.text.words import once_a_row, split_words

    settings = Text()
    words = once_a_row(split_words(tf.constant(texts), settings.lower_case))
    kept = Counter(words.numpy().tolist()).most_common(settings.vocabulary_size - 2)
    assets.mkdir()
    (assets / VOCABULARY).write_bytes(
        b"".join(word + b"\n" for word, rows in kept if rows >= settings.min_frequency)
    )


def false_alarms(rows: list[News], resamples: int) -> list[str]:
    """Judges clean data by the default rules, as a first run and as a later one.

    Args:
        rows: clean.
        resamples: how many times the rows are halved at random. One half trains the
            model in service; the other half, then a half drawn anew, come after it.

    Returns:
        What the rules that broke said.
    """
    labels = sorted({row.label for row in rows})
    alarms = []
    for seed in range(resamples):
        chance = random.Random(seed)
        mixed = chance.sample(rows, len(rows))
        half = len(rows) // 2
        first, other = divide(mixed[:half]), divide(mixed[half : 2 * half])
        later = Judge(labels, first)
        judged = Judge(labels, None).judge(first, Gate())
        for data in (other, divide(chance.sample(rows, half))):
            judged += later.judge(data, Gate(min_new_rows=1))
        alarms += [f"{seed}: {one}" for one in judged if one.holds is False]
    return alarms
