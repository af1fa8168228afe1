"""Bad candidates meet a good model in service, and none is pushed.

`python -m tests.faults.candidates` trains a model on a larger sample, publishes it, and
runs the pipeline against it once for each way to go wrong. It prints what became of
each, and how many were pushed last. A training on 5% shuffled labels may be as good:
then it is asked about fresh rows, beside the model in service.
"""

import argparse
import csv
import json
import math
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.answer import Answerer
from pipeline.sample import generate
from tests.faults.sample import REPOSITORY, SAMPLE

Row = generate.Row
_LABELS = ["World", "Sports", "Business", "Sci/Tech"]
_ROOMS = ("pipeline", "components", "trainer", "schemas")
_SHARES = {"train": 0.7, "eval": 0.1, "test": 0.2}
_RUINED = "Sports"
# Runs before the model is exported; `logits` is its last layer.
_ALTERED = """

_export = export


def export(served, folder):
    logits = served._untracked.model._logits
    {statement}
    _export(served, folder)
"""


@dataclass(frozen=True)
class Candidate:
    """One way to go wrong, and what the refusal must say.

    Attributes:
        name: for the table.
        told: a pattern of the refusal: metric or rule, value and limit.
        rows: makes the rows of a split bad.
        source: what is appended to trainer/serving.py.
        replaced: two strings, the first of which becomes the second there.
        words: for the command line.
        harm: what is done to the place of the model in service.
        young: compared with a model of one epoch, which is worse overall.
    """

    name: str
    told: str
    rows: Callable[[str, list[Row]], list[Row]] | None = None
    source: str = ""
    replaced: tuple[str, str] = ("", "")
    words: tuple[str, ...] = ()
    harm: Callable[[Path], None] | None = None
    young: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of a candidate.

    Attributes:
        candidate: which.
        code: the exit code.
        pushed: the new version, None where there is none.
        refusal: what the run said.
        is_named: whether it said metric or rule, value and limit.
    """

    candidate: Candidate
    code: int
    pushed: Path | None
    refusal: str
    is_named: bool


def _shuffled(share: float) -> Callable[[str, list[Row]], list[Row]]:
    """Some labels of the rows that are learned from change places."""

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


_DROP = r"(accuracy|macro F1|F1 of '.+') is 0\.\d+, version \d+ in service has 0\.\d+"
_NUMBER = r"loss is nan, a finite one is wanted"
CANDIDATES = [
    *(
        Candidate(f"{share:.0%} of labels shuffled", _DROP, _shuffled(share))
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
        rf"F1 of '{_RUINED}' is 0\.\d+, version \d+ in service has 0\.\d+",
        source="logits.bias[1].assign(logits.bias[1] - {shift})",
        young=True,
    ),
    Candidate(
        "another label set",
        r"its labels are World, Sports, .*, not World, Games, ",
        _renamed({"Sports": "Games"}, tuple(_SHARES)),
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


class Range:
    """A folder with rows, a model in service, and a worse one of one epoch."""

    def __init__(self, folder: Path, per_desk: int) -> None:
        """Trains and publishes the models.

        Args:
            folder: is empty.
            per_desk: rows of each label.
        """
        self._folder = folder
        self._rows = _split(generate.rows(3, per_desk))
        self._number = 0
        self.good = self._published("good")

    def _published(self, name: str, *words: str) -> Path:
        serving = self._folder / name
        data = self._written(name, None)
        code, summary, screen = self._run(data, serving, REPOSITORY, *words)
        assert code == 0, screen
        print(f"{name}: accuracy {summary['metrics']['accuracy']:.4f}", flush=True)
        return serving

    def run(self, candidate: Candidate) -> Outcome:
        """Runs the pipeline with what makes a candidate bad.

        Args:
            candidate: which.

        Returns:
            What became of it.
        """
        self._number += 1
        place = self._folder / str(self._number)
        serving = place / "serving"
        if candidate.young:
            candidate = self._beside_the_young(candidate)
            shutil.copytree(self._folder / "young", serving)
        else:
            shutil.copytree(self.good, serving)
        before = _listed(serving)
        if candidate.harm:
            candidate.harm(serving)
        data = self._written(str(self._number) + "/data", candidate.rows)
        sources = _edited(place / "sources", candidate)
        code, summary, screen = self._run(data, serving, sources, *candidate.words)
        new = sorted(_listed(serving) - before)
        refusal = "; ".join(summary["refusals"]) or summary["error"] or ""
        return Outcome(
            candidate,
            code,
            serving / new[-1] if new else None,
            refusal,
            bool(re.search(candidate.told, refusal)) and code in (3, 4),
        )

    def _beside_the_young(self, candidate: Candidate) -> Candidate:
        """Ruins the class just so far that the overall figure is what it was."""
        young = self._published("young", "--set", "train.epochs=1")
        wanted = _accuracy(_logs(young, self._rows["test"]), 0.0)
        logs = _logs(self.good, self._rows["test"])
        low, high = 0.0, 20.0
        for _ in range(30):
            middle = (low + high) / 2
            is_better = _accuracy(logs, middle) > wanted
            low, high = (middle, high) if is_better else (low, middle)
        return replace(candidate, source=candidate.source.format(shift=low))

    def _written(
        self, name: str, change: Callable[[str, list[Row]], list[Row]] | None
    ) -> Path:
        folder = self._folder / "rows" / name
        folder.mkdir(parents=True)
        for split, rows in self._rows.items():
            with open(folder / f"{split}.csv", "w", newline="") as stream:
                writer = csv.writer(stream)
                writer.writerow(generate.HEADER)
                writer.writerows(change(split, rows) if change else rows)
        return folder

    def _run(
        self, data: Path, serving: Path, sources: Path, *words: str
    ) -> tuple[int, dict[str, Any], str]:
        """`newsdesk run` of a source tree; code, summary and screen."""
        root = self._folder / "root"
        splits = ", ".join(f'{split} = "{split}.csv"' for split in self._rows)
        settings = {
            "data.path": str(data),
            "data.splits": f"{{ {splits} }}",
            "output.root": str(root),
            "push.destination": str(serving),
        }
        given = [
            word
            for key, value in settings.items()
            for word in ("--set", f"{key}={value}")
        ]
        done = subprocess.run(
            [sys.executable, "-m", "pipeline.cli", "run", str(SAMPLE), *given, *words],
            capture_output=True,
            text=True,
            cwd=sources,
            env=os.environ | {"PYTHONPATH": str(sources)},
        )
        newest = max(root.glob("runs/*/summary.json"))
        summary: dict[str, Any] = json.loads(newest.read_text())
        return done.returncode, summary, done.stdout + done.stderr


def _split(rows: list[Row]) -> dict[str, list[Row]]:
    found, begin = {}, 0
    for split, share in _SHARES.items():
        end = begin + round(share * len(rows))
        found[split] = rows[begin:end]
        begin = end
    return found


def _edited(folder: Path, candidate: Candidate) -> Path:
    """A source tree whose trainer spoils what it exports."""
    if not candidate.source and not any(candidate.replaced):
        return REPOSITORY
    for room in _ROOMS:
        shutil.copytree(REPOSITORY / room, folder / room)
    file = folder / "trainer" / "serving.py"
    text = file.read_text()
    assert candidate.replaced[0] in text
    text = text.replace(*candidate.replaced) if candidate.replaced[0] else text
    if candidate.source:
        text += _ALTERED.format(statement=candidate.source)
    file.write_text(text)
    return folder


def _listed(serving: Path) -> set[str]:
    return set(os.listdir(serving)) if serving.is_dir() else set()


def _logs(serving: Path, rows: list[Row]) -> list[tuple[str, dict[str, float]]]:
    """The true label and the logarithms of the probabilities of each row."""
    (version,) = serving.glob("[0-9]*")
    answers = Answerer(version).answers(" ".join(texts) for _, *texts in rows)
    return [
        (
            label,
            {
                name: math.log(max(probability, 1e-30))
                for name, probability in answer["probabilities"].items()
            },
        )
        for (label, *_), answer in zip(rows, answers, strict=True)
    ]


def _accuracy(logs: list[tuple[str, dict[str, float]]], shift: float) -> float:
    """The share of right answers where the ruined class's logit is lowered."""
    right = 0
    for label, logits in logs:
        lowered = {**logits, _RUINED: logits[_RUINED] - shift}
        right += max(lowered, key=lowered.__getitem__) == label
    return right / len(logs)


def compare(good: Path, other: Path, per_desk: int) -> tuple[float, float, float]:
    """Asks two models about rows that neither has seen.

    Args:
        good: the folder above the version in service.
        other: the folder of the other's version.
        per_desk: how many rows of each label.

    Returns:
        What accuracy the other gains, and the ends of the 95% interval of that.
    """
    rows = generate.rows(5, per_desk)
    (before,) = good.glob("[0-9]*")
    gained = []
    answered = zip(rows, _answers(before, rows), _answers(other, rows), strict=True)
    for (label, *_), mine, its in answered:
        gained.append((its == label) - (mine == label))
    mean = sum(gained) / len(gained)
    spread = sum((one - mean) ** 2 for one in gained) / len(gained)
    half = 1.96 * math.sqrt(spread / len(gained))
    return mean, mean - half, mean + half


def _answers(version: Path, rows: list[Row]) -> Iterator[str]:
    questions = (" ".join(texts) for _, *texts in rows)
    return (answer["label"] for answer in Answerer(version).answers(questions))


def main() -> None:
    """Runs every candidate, and prints a line each and the figure last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--per-desk", type=int, default=2000, help="rows of a label")
    parser.add_argument("--only", default="", help="a part of a candidate's name")
    asked = parser.parse_args()
    pushed, as_good, named, count = 0, 0, 0, 0
    with tempfile.TemporaryDirectory(prefix="newsdesk-candidates-") as scratch:
        range_ = Range(Path(scratch), asked.per_desk)
        for candidate in CANDIDATES:
            if asked.only not in candidate.name:
                continue
            count += 1
            found = range_.run(candidate)
            named += found.is_named
            told = found.refusal.replace(scratch, "")
            print(f"{candidate.name:<32} exit {found.code}  {told}", flush=True)
            if found.pushed:
                mean, low, high = compare(range_.good, found.pushed, asked.per_desk)
                print(
                    f"{'':<32} pushed: on {4 * asked.per_desk:,} fresh rows its "
                    f"accuracy differs by {mean:+.4f} (95%: {low:+.4f} to {high:+.4f})"
                )
                pushed, as_good = pushed + 1, as_good + (low > -0.01)
    print(
        f"{pushed - as_good} of {count} worse candidates pushed, {as_good} pushed that "
        f"are as good; {named} of {count - pushed} refusals name metric or rule, value "
        "and limit"
    )


if __name__ == "__main__":
    main()
