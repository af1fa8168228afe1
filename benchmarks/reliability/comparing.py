"""Two published models, asked about the same rows."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.reliability.names import Row
from benchmarks.reliability.spoiling import RUINED
from pipeline.predict.answers import Answerer

# What a model may lose by default, as `evaluation.max_drop` has it.
_MARGIN = 0.01


@dataclass(frozen=True)
class Gain:
    """What accuracy one model has more than another, with the 95% interval."""

    rows: int
    mean: float
    half: float

    @property
    def is_as_good(self) -> bool:
        """Whether it loses less than is allowed, sampling error included."""
        return self.mean - self.half > -_MARGIN

    def __str__(self) -> str:
        low, high = self.mean - self.half, self.mean + self.half
        return (
            f"on {self.rows:,} fresh rows its accuracy differs by {self.mean:+.4f} "
            f"(95%: {low:+.4f} to {high:+.4f})"
        )


def gain(good: Path, version: Path, rows: list[Row]) -> Gain:
    """Compares two models row by row.

    Args:
        good: the folder above the one version that is compared with.
        version: the folder of the other.
        rows: with the true labels.

    Returns:
        What the other has more.
    """
    (before,) = good.glob("[0-9]*")
    gained = [
        (its["label"] == label) - (mine["label"] == label)
        for (label, *_), mine, its in zip(
            rows, _answers(before, rows), _answers(version, rows), strict=True
        )
    ]
    mean = sum(gained) / len(gained)
    spread = sum((one - mean) ** 2 for one in gained) / len(gained)
    return Gain(len(gained), mean, 1.96 * math.sqrt(spread / len(gained)))


def shift(good: Path, weak: Path, rows: list[Row]) -> float:
    """Finds how far to lower one logit of a model to make it no better than another.

    Args:
        good: the folder above the model to be ruined.
        weak: the folder above the model that it shall resemble.
        rows: on which it shall have the same accuracy.

    Returns:
        What to take from the logit of the class.
    """
    wanted = _accuracy(_logs(weak, rows), 0.0)
    logs = _logs(good, rows)
    low, high = 0.0, 20.0
    for _ in range(30):
        middle = (low + high) / 2
        is_better = _accuracy(logs, middle) > wanted
        low, high = (middle, high) if is_better else (low, middle)
    return low


def _logs(serving: Path, rows: list[Row]) -> list[tuple[str, dict[str, float]]]:
    """The true label and the logarithms of the probabilities of each row."""
    (version,) = serving.glob("[0-9]*")
    return [
        (
            label,
            {
                name: math.log(max(probability, 1e-30))
                for name, probability in answer["probabilities"].items()
            },
        )
        for (label, *_), answer in zip(rows, _answers(version, rows), strict=True)
    ]


def _accuracy(logs: list[tuple[str, dict[str, float]]], shift: float) -> float:
    """The share of right answers where the ruined class's logit is lowered."""
    right = 0
    for label, logits in logs:
        lowered = {**logits, RUINED: logits[RUINED] - shift}
        right += max(lowered, key=lowered.__getitem__) == label
    return right / len(logs)


def _answers(version: Path, rows: list[Row]) -> Iterator[dict[str, Any]]:
    return Answerer(version).answers(" ".join(texts) for _, *texts in rows)
