import random
from collections import Counter

import pytest

from components.text_example_gen.splits import Division, hash_of
from components.text_example_gen.strata import Texts, stratify

SHARES = {"train": 8.0, "eval": 1.0, "test": 1.0}


def assigned(
    rows: dict[int, list[str]], shares: dict[str, float] | None = None, parts: int = 1
) -> dict[str, str]:
    """Decides the split of every text as several workers would."""
    division = Division.by(shares or SHARES)
    sums: dict[int, Texts] = {}
    for part in range(parts):
        for label, texts in rows.items():
            found = Texts()
            for text in texts[part::parts]:
                found.add(hash_of(text), division)
            sums.setdefault(label, Texts()).merge(found)
            sums[label].forget(division)
    moved = stratify(sums, division).moved
    return {
        text: moved.get(hash_of(text)) or division.of(text)
        for texts in rows.values()
        for text in texts
    }


def classes(count: int, rows: int) -> dict[int, list[str]]:
    return {
        label: [f"text {n} of {label}" for n in range(rows)] for label in range(count)
    }


@pytest.mark.parametrize(
    "rows",
    [
        classes(150, 40),
        classes(2, 10),
        {**classes(11, 300), 11: [f"rare {n}" for n in range(10)]},
        classes(30, 3),
    ],
    ids=["150 classes of 40", "20 rows", "a rarest of 10", "three texts"],
)
def test_every_class_has_rows_in_each_split(rows: dict[int, list[str]]) -> None:
    splits = assigned(rows)
    for texts in rows.values():
        counts = Counter(splits[text] for text in texts)
        assert counts["train"] >= max(1, min(len(texts) * 8 // 20, 8))
        for split in ("eval", "test"):
            assert counts[split] >= max(1, min(len(texts) // 20, 8))


def test_eval_is_set_aside_from_train_for_every_class() -> None:
    rows = classes(100, 8)
    splits = assigned(rows, {"train": 0.9, "eval": 0.1})
    for texts in rows.values():
        assert {splits[text] for text in texts} == {"train", "eval"}


def test_few_texts_go_where_they_are_needed_most() -> None:
    for number in range(30):
        assert assigned({0: [f"only {number}"]}) == {f"only {number}": "train"}
        two = assigned({0: [f"one {number}", f"two {number}"]})
        assert sorted(two.values()) == ["test", "train"]


def test_small_classes_are_counted() -> None:
    division = Division.by(SHARES)
    sums = {0: Texts({1, 2}), 1: Texts({3, 4, 5}), 2: Texts({6})}
    assert stratify(sums, division).small == {0: 2, 2: 1}


def test_no_text_of_a_large_class_moves() -> None:
    rows = classes(4, 5_000)
    division = Division.by(SHARES)
    splits = assigned(rows)
    assert all(division.of(text) == split for text, split in splits.items())


def test_equal_texts_with_different_labels_stay_together() -> None:
    rows = {0: ["a", "b", "c"], 1: ["a", "b", "c", "d"], 2: ["c", "d", "e"]}
    division = Division.by(SHARES)
    hashes = {n: Texts({hash_of(text) for text in rows[n]}) for n in rows}
    splits = assigned(rows)
    for texts in rows.values():
        assert "train" in {splits[text] for text in texts}
    # One split for each text, whatever the order of the classes is.
    backwards = stratify(dict(reversed(hashes.items())), division)
    assert {
        text: backwards.moved.get(hash_of(text), division.of(text)) for text in splits
    } == splits


@pytest.mark.parametrize("shares", [SHARES, {"train": 998.0, "eval": 1.0, "test": 1.0}])
def test_order_and_workers_change_nothing(shares: dict[str, float]) -> None:
    rows = {**classes(20, 25), 20: [f"many {n}" for n in range(8_000)]}
    expected = assigned(rows, shares)
    shuffled = {
        label: random.Random(label).sample(texts, len(texts))
        for label, texts in reversed(rows.items())
    }
    assert assigned(shuffled, shares) == expected
    assert assigned(shuffled, shares, parts=3) == expected
    # Too many for the memory, but still with texts in every split.
    assert {expected[text] for text in rows[20]} == {"train", "eval", "test"}


def test_few_texts_move_when_rows_are_added() -> None:
    before = assigned(classes(150, 40))
    after = assigned(classes(150, 44))
    moved = sum(after[text] != split for text, split in before.items())
    assert moved <= 60
    division = Division.by(SHARES)
    assert sum(division.of(text) != split for text, split in after.items()) <= 300
