"""The tables of training and of answers have ratios and memory."""

from typing import Any

import pytest

from benchmarks import inference, train
from benchmarks.competitor import OURS, TORCH
from benchmarks.race import Task


class _Competitor:
    def __init__(self, name: str, task: Task) -> None:
        self.name = name
        self.peak_mib = 2048.0

    def hear(self) -> None:
        pass

    def train(self, steps: int) -> float:
        return {OURS: 90.0, TORCH: 60.0}[self.name]

    def end(self) -> None:
        pass


def test_a_short_race_has_the_ratio_and_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: list[Any] = []
    monkeypatch.setattr(train, "Competitor", _Competitor)
    monkeypatch.setattr(train, "keep", lambda *words: kept.append(words))
    task = Task(data="", weights="/checkpoints/bert-base")
    train.steady(task, "a machine", rounds=1, steps=8, ways=[OURS, TORCH])

    ((heading, paragraphs),) = kept
    assert heading == "Training, steady state, bert-base"
    assert (
        "| transformers' Trainer | 60.0 | 60.0 | 60.0 | 1.50 | 2,048 |" in paragraphs[1]
    )
    assert paragraphs[2].startswith("a machine; torch ")


def test_a_row_of_answers_ends_with_ratios_to_ours() -> None:
    found = {inference.OURS: 2.0, inference.VARIABLES: 3.0, inference.TORCH: 1.0}

    assert inference._line("peak memory", "GiB", found) == [
        *("peak memory", "2.0 GiB", "3.0 GiB", "1.0 GiB", "1.50", "0.50"),
    ]
