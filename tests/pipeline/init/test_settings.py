"""Settings follow from the data, and each says why."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pipeline.init.column import Column
from pipeline.init.findings import about_texts
from pipeline.init.proposal import Proposal
from pipeline.init.settings import Setting, choose
from pipeline.init.survey import Survey
from pipeline.init.texts import Texts


def _chosen(labels: dict[str, int], **seen: Any) -> dict[str, Setting]:
    survey = Survey(Path("x.csv"), {"text": Column()}, 9, None, 0, True, "auto")
    proposal = Proposal(survey, "x", ("text",), "label", labels)
    rows = sum(labels.values())
    distinct = Counter(labels)
    texts = Texts(
        **{"rows": rows, "words": Counter({9: rows}), "distinct": distinct} | seen
    )
    found = choose(proposal, texts)
    return {f"{setting.section}.{setting.key}": setting for setting in found}


@pytest.mark.parametrize(
    ("words", "length", "why"),
    [
        ({5: 2000}, 16, "no text has more words: the longest has 5"),
        (
            {20: 1900, 300: 100},
            24,
            "95.0% of the texts have at most this many words; "
            "the end of 100 longer ones is cut (the longest has 300)",
        ),
        ({20: 1000, 200: 1000}, 200, "no text has more words"),
        ({900: 2000}, 512, "0.0% of the texts"),
    ],
)
def test_the_longest_text(words: dict[int, int], length: int, why: str) -> None:
    found = _chosen({"a": 1000, "b": 1000}, words=Counter(words))["text.max_length"]
    assert found.value == length
    assert why in found.why


def test_texts_without_spaces_keep_the_default_length() -> None:
    found = _chosen({"a": 50, "b": 50}, unspaced=90)
    assert "text.max_length" not in found
    assert found["text.tokenizer"].value == "pieces"


@pytest.mark.parametrize(
    ("labels", "imbalanced"),
    [
        ({"a": 1000, "b": 1000}, False),
        ({"a": 600, "b": 400}, False),
        ({"a": 1300, "b": 700}, True),
        ({"a": 500, "b": 500, "c": 100}, False),
        ({"a": 510, "b": 500, "c": 100}, True),
    ],
)
def test_imbalance(labels: dict[str, int], imbalanced: bool) -> None:
    found = _chosen(labels)
    assert ("train.class_weights" in found) is imbalanced
    assert ("evaluation.min_macro_f1" in found) is imbalanced
    assert ("train.select_by" in found) is imbalanced


def test_macro_f1_is_above_that_of_one_label() -> None:
    found = _chosen({"ham": 980, "spam": 20})
    assert found["evaluation.min_macro_f1"].value == 0.66
    assert "macro F1 0.495" in found["evaluation.min_macro_f1"].why
    assert "'ham' has 980 rows, 'spam' 20" in found["train.class_weights"].why


@pytest.mark.parametrize(
    ("lost", "value"), [(0, None), (1, 0.01), (199, 0.2), (200, 0.2), (201, None)]
)
def test_rows_that_cannot_be_used(lost: int, value: float | None) -> None:
    found = _chosen(
        {"a": 400, "b": 400}, rows=1000, reasons=Counter({"have no text": lost})
    )
    setting = found.get("data.max_bad_rows")
    assert (setting.value if setting else None) == (value if lost > 1 else None)
    assert setting is None or f"({lost} have no text)" in setting.why


def test_few_rows_get_small_batches() -> None:
    assert _chosen({"a": 10, "b": 10})["train.batch_size"].value == 8
    assert "train.batch_size" not in _chosen({"a": 1000, "b": 1000})


def test_many_labels_get_a_wide_head() -> None:
    assert "model.head_width" not in _chosen(dict.fromkeys(map(str, range(20)), 100))
    many = dict.fromkeys(map(str, range(150)), 40)
    assert _chosen(many)["model.head_width"].value == 256


def test_rules_of_the_gate_that_would_stop_the_first_run() -> None:
    assert not any(key.startswith("gate.") for key in _chosen({"a": 9, "b": 9}))
    found = _chosen({"a": 9, "b": 2})
    assert found["gate.min_tested_rows"].value == "off"
    assert "'b': fewer than 3 different texts" in found["gate.min_tested_rows"].why
    distinct = Counter({"a": 300, "b": 300})
    found = _chosen({"a": 500, "b": 500}, distinct=distinct)
    assert found["gate.max_duplicate_share"].value == 0.5
    found = _chosen({"a": 500, "b": 500}, words=Counter({0: 30, 9: 970}))
    assert found["gate.max_empty_share"].value == 0.04


def test_long_texts_are_named_if_many_are_cut() -> None:
    texts = Texts(rows=200, words=Counter({900: 120, 20: 80}))
    (sentence,) = about_texts(texts)
    assert sentence.startswith("120 rows (60.0%) have more than 512 words, and the mod")
    assert about_texts(Texts(rows=200, words=Counter({900: 10, 20: 190}))) == []
