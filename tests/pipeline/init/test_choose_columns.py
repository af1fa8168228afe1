"""Unambiguous columns are proposed; for others the error names the option."""

from collections import Counter
from pathlib import Path

import pytest

from newsdesk.errors import ConfigError, DataError
from pipeline.init.choose_columns import propose
from pipeline.init.column import Column
from pipeline.init.survey import Survey


def _survey(header: bool = True, **columns: list[str]) -> Survey:
    found = {name: Column() for name in columns}
    for name, cells in columns.items():
        for cell in cells:
            found[name].add(cell)
    rows = max(len(cells) for cells in columns.values())
    return Survey(Path("data/My News.csv"), found, rows, None, 0, header, "auto")


BODY = ["the envoys met again", "a late goal came", "prices fell once more", "so it is"]


def test_unambiguous_columns_are_proposed() -> None:
    proposal = propose(_survey(label=["b", "a", "b", "b"], title=BODY, body=BODY))
    assert proposal.label_column == "label"
    assert proposal.text_columns == ("title", "body")
    assert list(proposal.labels.items()) == [("a", 1), ("b", 3)]
    assert proposal.name == "my-news"


def test_columns_named_by_the_user_are_proposed() -> None:
    survey = _survey(kind=["x", "y", "x", "y"], side=["l", "r", "r", "l"], body=BODY)
    proposal = propose(survey, text=["body"], label="side", name="Left & Right")
    assert proposal.label_column == "side"
    assert proposal.name == "left-right"


@pytest.mark.parametrize(
    ("labels", "order", "first"),
    [
        (["10", "9", "11", "9"], ["9", "10", "11"], 9),
        (["1", "2", "3", "4"] * 2, ["1", "2", "3", "4"], 1),
        (["0", "1", "1", "0"], ["0", "1"], 0),
        (["10", "2", "10", "2"], ["2", "10"], 0),
        (["b", "1", "b", "1"], ["1", "b"], 0),
    ],
)
def test_numbers_are_sorted_and_counted_from_the_first(
    labels: list[str], order: list[str], first: int
) -> None:
    proposal = propose(_survey(label=labels, body=BODY), label="label", text=["body"])
    assert list(proposal.labels) == order
    assert proposal.first_label == first


@pytest.mark.parametrize("rare", [1, 2, 25, 50])
def test_the_proposed_accuracy_is_above_guessing(rare: int) -> None:
    survey = _survey(label=["a"] * (100 - rare) + ["b"] * rare, body=BODY)
    proposal = propose(survey, label="label")
    share = (100 - rare) / 100
    assert proposal.largest_share == share
    assert share < proposal.min_accuracy < 1
    way = 1 / 3 if rare == 50 else 1 / 10
    assert proposal.min_accuracy == pytest.approx(share + (1 - share) * way, abs=0.0051)


def test_several_candidates_are_named_with_the_option() -> None:
    survey = _survey(kind=["x", "y", "x", "y"], side=["l", "r", "r", "l"], body=BODY)
    with pytest.raises(
        ConfigError,
        match=r"one of 'kind' \(such as 'x'\), 'side' \(such as 'l'\) with --label COL",
    ):
        propose(survey)


def test_without_a_candidate_the_columns_are_named() -> None:
    survey = _survey(id=["1", "2", "3", "4"], body=BODY)
    with pytest.raises(
        ConfigError,
        match=r"one of 'id' \(such as '1'\), 'body' \(such as 'the envoys met again'\) "
        "with --label COLUMN",
    ):
        propose(survey)


def test_without_text_the_columns_are_named() -> None:
    survey = _survey(label=["a", "b"] * 2, p=["1", "2"] * 2, q=["3", "4"] * 2)
    with pytest.raises(
        ConfigError,
        match=r"choose one of 'p' \(such as '1'\), 'q' \(such as '3'\) with --text C",
    ):
        propose(survey)


def test_one_class_is_refused_even_if_another_column_repeats() -> None:
    survey = _survey(label=["a"] * 4, body=BODY)
    with pytest.raises(DataError, match="'label' contains only 'a'"):
        propose(survey)


def test_too_many_labels_are_refused() -> None:
    survey = _survey(label=["a"], body=BODY)
    survey.columns["label"].values = None
    with pytest.raises(DataError, match="more than 1,000"):
        propose(survey, label="label")


def test_an_unknown_column_is_refused() -> None:
    survey = _survey(label=["a", "b"] * 2, body=BODY)
    with pytest.raises(
        ConfigError, match="no column 'text'; its columns are 'label', 'body'"
    ):
        propose(survey, text=["text"])
    with pytest.raises(ConfigError, match="both"):
        propose(survey, text=["label"], label="label")


def test_an_empty_cell_is_not_a_label() -> None:
    survey = _survey(label=["a", "", "b", " "], body=BODY)
    assert survey.columns["label"].values == Counter({"a": 1, "b": 1})


def test_a_slice_is_neither_label_nor_text() -> None:
    survey = _survey(kind=["x", "y", "x", "y"], side=["l", "r", "r", "l"], body=BODY)
    assert propose(survey, slices=["side"]).label_column == "kind"
    survey = _survey(label=["x", "y"] * 2, title=BODY, body=BODY)
    assert propose(survey, slices=["title"]).text_columns == ("body",)


def test_a_slice_with_too_many_values_is_refused() -> None:
    survey = _survey(label=["x", "y"] * 2, body=BODY, id=BODY)
    survey.columns["id"].values = None
    with pytest.raises(ConfigError, match="--slice id: has more than 1,000 different"):
        propose(survey, slices=["id"])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("news/{YYYY}-{MM}-{DD}/*.csv", "news"),
        ("My Rows/*.csv", "my-rows"),
        ("a.train.csv", "a"),
    ],
)
def test_the_name_of_a_pattern_is_that_of_its_folder(path: str, name: str) -> None:
    survey = _survey(label=["x", "y"] * 2, body=BODY)
    survey.file = Path(path)
    assert propose(survey).name == name


def test_a_name_keeps_its_letters_without_accents() -> None:
    survey = _survey(label=["b", "a", "b", "b"], body=BODY)
    assert propose(survey, name="Kundenmails März").name == "kundenmails-marz"
    assert propose(survey, name="Größe").name == "grosse"


def test_free_text_in_a_second_column_is_text_and_not_a_label() -> None:
    subjects = [f"subject {n % 40} of a ticket" for n in range(100)]
    bodies = [f"the body of ticket {n}" for n in range(100)]
    survey = _survey(subject=subjects, body=bodies, queue=["a", "b"] * 50)
    proposal = propose(survey)
    assert proposal.label_column == "queue"
    assert proposal.text_columns == ("subject", "body")
