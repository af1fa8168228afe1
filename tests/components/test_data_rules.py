"""Each rule of the data gate holds at its limit, breaks beyond it, or is skipped."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest

from components.data_rules import Judged, judge
from components.text_statistics.conflicts import Conflict
from components.text_statistics.statistics import SplitStatistics, TextStatistics
from components.text_statistics.tally import Row as TallyRow
from components.text_statistics.tally import Tally
from newsdesk.config.gate import Gate

LABELS = ["World", "Sports"]
REFERENCE = "the data of version 17"
CONFLICTS = {
    "train": [
        Conflict(text="oil\x1b[2J falls", labels=[0, 1]),
        Conflict(text="gas up", labels=[0, 1]),
        Conflict(text="cup", labels=[0, 1]),
    ]
}


def _split(first: int = 0, rows: int = 100, **changed: Any) -> SplitStatistics:
    sketch = {f"{number:016x}": 1 for number in range(first, first + rows)}
    counts = {"rows": rows, "labels": {0: rows // 2, 1: rows - rows // 2}}
    usual: dict[str, Any] = counts | {"tokens": 10 * rows, "sketch": sketch}
    return SplitStatistics(**usual | changed)


def _data(
    train: SplitStatistics, test: SplitStatistics | None = None, vocabulary: str = ""
) -> TextStatistics:
    splits = {"train": train, "test": test or _split(10_000)}
    return TextStatistics(vocabulary=vocabulary or None, splits=splits)


def _judged(
    now: TextStatistics,
    rules: Gate | None = None,
    before: TextStatistics | None = None,
    reference: str = REFERENCE,
) -> dict[tuple[str, str], Judged]:
    found = judge(rules or Gate(), now, LABELS, before, reference, CONFLICTS)
    return {(one.rule, one.split): one for one in found}


def _repeated(times: int) -> dict[str, int]:
    return {f"{number:016x}": times for number in range(100 // times)}


# rule, limit that holds, limit that does not, split, data now, words of the reason
ALONE = [
    ("max_empty_share", 0.1, 0.09, "test", {"test": _split(500, empty=10)}, "10.0%"),
    (
        "max_duplicate_share",
        0.75,
        0.74,
        "train",
        {"train": _split(sketch=_repeated(4))},
        "75.0% of the rows repeat",
    ),
    (
        "max_unknown_share",
        0.2,
        0.19,
        "train",
        {"train": _split(unknown=200), "vocabulary": "the given vocabulary"},
        "20.0% of the tokens are not in the given vocabulary",
    ),
    (
        "max_conflict_share",
        0.286,
        0.285,
        "train",
        {"train": _split(conflict_share=0.286)},
        r"28\.6% of the rows have a text that occurs with another label, such as "
        r"'oil\\x1b\[2J falls' \('World' and 'Sports'\), "
        r"'gas up' \('World' and 'Sports'\) \(rule",
    ),
    ("max_overlap_share", 0.3, 0.29, "test", {"test": _split(70)}, "30.0% .* train"),
    (
        "min_tested_rows",
        3,
        4,
        "test",
        {"test": _split(500, labels={0: 97, 1: 3})},
        "the test split has only 3 of the 53 rows labelled 'Sports'; add rows of",
    ),
]
BEFORE = _data(_split())
COMPARED = [
    (
        "max_label_shift",
        0.25,
        0.24,
        {"labels": {0: 25, 1: 75}},
        r"'World' moved by -25\.0 points since the data of version 17",
    ),
    (
        "max_length_ratio",
        2.0,
        1.99,
        {"tokens": 2000},
        r"20\.0 tokens on average, and 10\.0 in the data of version 17",
    ),
    (
        "max_length_ratio",
        2.0,
        1.99,
        {"tokens": 500},
        r"5\.0 tokens on average, and 10\.0 in the data of version 17",
    ),
    ("min_row_ratio", 0.3, 0.31, {"rows": 30}, "30 rows, and 100 in the data of"),
    ("min_new_rows", 40, 41, {"first": 40}, "40 rows are not in the data of version"),
]


@pytest.mark.parametrize(("rule", "holds", "breaks", "split", "now", "words"), ALONE)
def test_a_rule_that_measures_the_new_data(
    rule: str, holds: float, breaks: float, split: str, now: Any, words: str
) -> None:
    data = _data(**{"train": _split()} | now)
    assert _judged(data, Gate(**{rule: holds}))[rule, split].holds is True
    broken = _judged(data, Gate(**{rule: breaks}))[rule, split]
    assert (broken.holds, broken.value) == (False, pytest.approx(holds))
    assert re.search(words, str(broken))
    assert f"(rule gate.{rule} = {breaks:g}, '{split}')" in str(broken)


@pytest.mark.parametrize(("rule", "holds", "breaks", "now", "words"), COMPARED)
def test_a_rule_that_compares_with_the_model_in_service(
    rule: str, holds: float, breaks: float, now: Any, words: str
) -> None:
    data = _data(_split(**now))
    kept = _judged(data, Gate(**{rule: holds}), BEFORE)[rule, "train"]
    assert kept.holds is True
    broken = _judged(data, Gate(**{rule: breaks}), BEFORE)[rule, "train"]
    assert broken.holds is False
    assert re.search(words, str(broken))
    assert f"(rule gate.{rule} = {breaks:g}, 'train')" in str(broken)


@pytest.mark.parametrize("rule", sorted(Gate.model_fields))
def test_a_rule_without_a_limit_is_not_applied(rule: str) -> None:
    data = _data(_split(unknown=1), vocabulary="the given vocabulary")
    every = Gate(min_new_rows=1, max_truncated_share=0.5)
    applied = {name for name, _ in _judged(data, every, BEFORE)}
    assert applied == set(Gate.model_fields)
    rules = Gate(**every.model_dump() | {rule: None})
    assert {name for name, _ in _judged(data, rules, BEFORE)} == applied - {rule}


def test_a_label_without_tested_rows_breaks_a_rule() -> None:
    now = {"train": _split(), "eval": _split(500, labels={0: 100})}
    (broken,) = (
        one
        for one in judge(Gate(), TextStatistics(splits=now), LABELS, None, "", {})
        if one.holds is False
    )
    assert (broken.rule, broken.split, broken.value) == ("min_tested_rows", "eval", 0)
    assert broken.labels == ("Sports",)
    assert "or leave it out with data.drop_labels (rule gate.min_test" in str(broken)


def test_rules_that_compare_are_skipped_without_a_model_in_service() -> None:
    found = _judged(_data(_split()), Gate(min_new_rows=1), None, "there is none")
    waiting = {
        rule for (rule, _), one in found.items() if one.reason == "there is none"
    }
    assert waiting == {
        "max_label_shift",
        "max_length_ratio",
        "min_row_ratio",
        "min_new_rows",
    }
    assert {one.holds for (rule, _), one in found.items() if rule in waiting} == {None}


def test_unknown_tokens_need_a_vocabulary() -> None:
    found = _judged(_data(_split()))["max_unknown_share", "train"]
    assert found.holds is None
    assert "no vocabulary was given" in found.reason


def test_expected_unknown_tokens_of_a_learned_vocabulary_do_not_count() -> None:
    now = _data(_split(unknown=250, unseen=0.2), vocabulary="the vocabulary")
    rules = Gate(max_unknown_share=0.1)
    before = _data(_split(unseen=0.18))
    found = _judged(now, rules, before)["max_unknown_share", "train"]
    assert (found.holds, found.value) == (True, pytest.approx(0.07))
    assert "18.0% are expected from the data of version 17" in found.reason
    before = _data(_split(unseen=0.14))
    found = _judged(now, rules, before)["max_unknown_share", "train"]
    assert found.holds is False


def test_without_statistics_the_expected_unknown_tokens_are_not_known() -> None:
    now = _data(_split(unknown=250, unseen=0.2), vocabulary="the vocabulary")
    why = "version 3 was published without statistics of its data"
    found = _judged(now, None, None, why)["max_unknown_share", "train"]
    assert found.holds is None
    assert why in found.reason


def test_contradicting_rows_stop_the_run_with_examples(shared: Path) -> None:
    file = shared / "cases" / "w10_sentences" / "contradict.csv"
    counted = Tally()
    for row in csv.DictReader(file.open(newline="")):
        text = row["text"]
        counted.add(TallyRow(text, "ab".index(row["label"]), len(text.split()), 0, ()))
    data = _data(counted.statistics(None))
    shown = {"train": counted.conflicts()}
    (broken,) = (
        one
        for one in judge(Gate(), data, ["a", "b"], None, "", shown)
        if one.holds is False
    )
    assert broken.rule == "max_conflict_share"
    assert re.fullmatch(
        r"28\.6% of the rows have a text that occurs with another label, such as "
        r"'[a-z ]+' \('a' and 'b'\), '[a-z ]+' \('a' and 'b'\) "
        r"\(rule gate\.max_conflict_share = 0\.05, 'train'\)",
        str(broken),
    )


def test_texts_that_are_cut_break_a_rule_only_if_it_has_a_limit() -> None:
    now = _data(_split(truncated=34, covering=700), _split(10_000, truncated=0))
    now = now.model_copy(update={"max_length": 256})
    rule = ("max_truncated_share", "train")

    assert rule not in _judged(now)
    assert _judged(now, Gate(max_truncated_share=0.34))[rule].holds
    broken = _judged(now, Gate(max_truncated_share=0.3))[rule]
    assert not broken.holds
    assert str(broken) == (
        "34.0% of the texts have more tokens than text.max_length = 256, and the model "
        "reads only a part of these; 700 would be enough for 95% of the texts (rule "
        "gate.max_truncated_share = 0.3, 'train')"
    )


def test_the_rule_for_cut_texts_waits_until_tokens_are_known() -> None:
    found = _judged(_data(_split()), Gate(max_truncated_share=0.3))

    assert found["max_truncated_share", "train"].holds is None
