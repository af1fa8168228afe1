from collections import Counter
from collections.abc import Callable

import pytest

from components.text_example_gen.splits import (
    ALL,
    Division,
    divisions,
    given_splits,
    names_of,
)
from newsdesk.config.sections import Config


def test_ratios_divide_by_text() -> None:
    division = Division.by({"train": 8, "eval": 1, "test": 1})
    counts = Counter(division.of(f"text {n}") for n in range(10_000))
    assert counts["train"] == pytest.approx(8000, abs=200)
    assert counts["eval"] == pytest.approx(1000, abs=150)
    assert counts["test"] == pytest.approx(1000, abs=150)


def test_the_split_of_a_text_never_changes() -> None:
    # A row that changed its split between releases would leak from test into train.
    division = Division.by({"train": 8, "eval": 1, "test": 1})
    found = [division.of(f"text {n}") for n in range(20)]
    assert [n for n, split in enumerate(found) if split == "eval"] == [4]
    assert [n for n, split in enumerate(found) if split == "test"] == [8, 15]


def test_no_test_split_at_ratio_zero(make_config: Callable[..., Config]) -> None:
    plan = divisions(make_config(data={"ratios": {"test": 0}}).data)
    assert list(plan) == [ALL]
    assert names_of(plan) == ["train", "eval"]


def test_eval_is_set_aside_from_given_train(make_config: Callable[..., Config]) -> None:
    data = make_config(data={"splits": {"test": "t*", "train": "r*"}}).data
    plan = divisions(data)
    assert names_of(plan) == ["train", "eval", "test"]
    counts = Counter(plan["train"].of(f"text {n}") for n in range(10_000))
    assert counts["eval"] == pytest.approx(1000, abs=150)
    assert {plan["test"].of(f"text {n}") for n in range(100)} == {"test"}


def test_given_eval_is_kept(make_config: Callable[..., Config]) -> None:
    plan = divisions(make_config(data={"splits": {"train": "r*", "eval": "e*"}}).data)
    assert {name: division.names for name, division in plan.items()} == {
        "train": ("train",),
        "eval": ("eval",),
    }


def test_tfds_has_its_own_splits(make_config: Callable[..., Config]) -> None:
    data = make_config(data={"path": "tfds:ag_news_subset"}).data
    assert given_splits(data) == {"train": "train", "test": "test"}
