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

    def hear(self) -> Any:
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


class _WholeEpoch(_Competitor):
    def hear(self) -> Any:
        return {"accuracy": 0.92}

    def wait(self) -> None:
        pass


def test_a_table_of_epochs_has_rows_and_ratio(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Any] = []
    clock = iter([0.0, 30.0, 30.0, 58.0, 58.0, 78.0])
    monkeypatch.setattr(train, "Competitor", _WholeEpoch)
    monkeypatch.setattr(train, "keep", lambda *words: kept.append(words))
    monkeypatch.setattr(train.time, "monotonic", lambda: next(clock))
    train.epochs(Task(data="", weights="/minilm", train_rows=4000), "a machine")

    ((_, paragraphs),) = kept
    assert "4,000 rows drawn from train.csv" in paragraphs[0]
    assert "| transformers' Trainer | 30 | 0.9200 | 1.50 |" in paragraphs[1]
    assert "| transformers' Trainer, float32 | 28 | 0.9200 | 1.40 |" in paragraphs[1]


def test_a_row_of_answers_ends_with_ratios_to_ours() -> None:
    found = {
        inference.OURS: 2.0,
        inference.TORCH: 1.0,
        inference.TORCH_FLOAT32: 4.0,
    }

    assert inference._line("peak memory", "GiB", found) == [
        *("peak memory", "2.0 GiB", "1.0 GiB", "4.0 GiB"),
        *("0.50", "2.00"),
    ]
