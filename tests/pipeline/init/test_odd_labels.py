"""Labels that are probably mistakes are found, and real labels are not."""

import unicodedata

import pytest

from pipeline.init import odd_labels


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        (["nan", "None", "N/A", "null", "<NA>", "a", "b"], "nan None N/A null <NA>"),
        (["NaN", "0.0", "1.0"], "NaN"),
        (["none", "nancy", "null and void", "a"], ""),
        # North America is a region if only one other label would be left.
        (["NA", "EU"], ""),
        (["NA", "EU", "APAC"], "NA"),
    ],
)
def test_missing(labels: list[str], found: str) -> None:
    assert odd_labels.missing(labels) == found.split()


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        (["-1", "0", "1", "2"], "-1"),
        (["-1.0", "0.0", "1.0"], "-1.0"),
        (["-1", "1"], ""),
        (["-2", "-1", "0", "1", "2"], ""),
        (["-1", "1", "2", "3"], "-1"),
        (["-1", "neg", "pos"], "-1"),
        (["none", "unknown", "?", "weather"], "none unknown ?"),
        (["NAN", "Null", "n/A", "a", "b"], "NAN Null n/A"),
        # Left in by `missing`, because one label is no choice.
        (["nan", "pos"], "nan"),
    ],
)
def test_perhaps_missing(labels: list[str], found: str) -> None:
    assert odd_labels.perhaps_missing(labels) == found.split()


@pytest.mark.parametrize(
    ("labels", "difference"),
    [
        (["SPORT", "sport", "Sport"], "case"),
        (["Sci  Tech", "Sci Tech", "Sci\u200bTech"], "space"),
        (["café", unicodedata.normalize("NFD", "café")], "Unicode form"),
        (["\uff21", "A"], "Unicode form"),
        (["\uff11", "1"], "Unicode form"),
        (["Straße", "STRASSE"], "case"),
        (["Sci Tech", "SCI  TECH"], "case, space or Unicode form"),
    ],
)
def test_alike(labels: list[str], difference: str) -> None:
    (found,) = odd_labels.alike(["other", *labels])
    assert found == (sorted(labels), difference)


def test_different_labels_are_not_alike() -> None:
    assert odd_labels.alike(["sport", "sports", "Sci/Tech", "1", "10", "é", "e"]) == []


def test_one_number_written_differently() -> None:
    labels = ["1", "1.0", "01", "2", "3.0", "3.00", "x", "1e0", "1.5"]
    found = odd_labels.same_number(labels)
    assert found == [["1", "01", "1.0"], ["3.0", "3.00"]]


@pytest.mark.parametrize(
    ("labels", "separator"),
    [
        (["a", "b", "c", "a,b", "b,c,d", "c,d"], ","),
        (["red; blue", "red", "blue"], ";"),
        (["x|y", "y|z", "x|z"], "|"),
        (["['a', 'b']", "['b']", "['a']"], ","),
    ],
)
def test_several_labels_in_a_cell(labels: list[str], separator: str) -> None:
    found = odd_labels.joined(dict.fromkeys(labels, 1))
    assert found is not None and found[0] == separator


@pytest.mark.parametrize(
    "labels",
    [
        ["Food, Drink", "Arts, Culture", "Sports"],
        ["World", "Sci/Tech", "Business"],
        ["1,5", "2,5", "3,5"],
        ["Sports", "Sports, other"],
    ],
)
def test_a_separator_may_belong_to_a_name(labels: list[str]) -> None:
    assert odd_labels.joined(dict.fromkeys(labels, 1)) is None


def test_the_spelling_of_most_rows_is_proposed() -> None:
    rows = {"Sport": 9, "SPORT": 1, "arts": 4, "sport": 3, "Arts": 4}
    assert odd_labels.merged(rows) == {"Sport": ["SPORT", "sport"], "Arts": ["arts"]}
