from collections import Counter
from pathlib import Path

import pytest

from newsdesk.errors import DataError
from newsdesk.rows.labelling import Labelled, Labelling, check_columns, joined
from newsdesk.rows.readers import read_rows
from newsdesk.rows.row import BadRow, Row

DESKS = ("World", "Sports", "Business", "Sci/Tech")


def place(label: str, labels: tuple[str, ...] = DESKS, first: int = 0) -> int | None:
    rules = Labelling(("text",), "label", labels, first)
    found = rules.apply(Row("a.csv", 2, {"text": "words", "label": label}))
    return found.label if isinstance(found, Labelled) else None


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("World", 0),
        (" Sci/Tech ", 3),
        ("2", 2),
        ("+2", 2),
        ("3.0", 3),
        ("3.", 3),
        ("4", None),
        ("-1", None),
        ("2.5", None),
        ("1e0", None),
        ("١", None),
        ("world", None),
        ("", None),
        ("9" * 5000, None),
    ],
)
def test_label_by_name_or_number(label: str, expected: int | None) -> None:
    assert place(label) == expected


def test_numbers_count_from_first_label() -> None:
    assert [place(str(n), first=1) for n in range(6)] == [None, 0, 1, 2, 3, None]


def test_a_name_wins_over_a_number() -> None:
    assert place("1", labels=("3", "2", "1")) == 2


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("1", 0),
        ("1.0", 0),
        ("+1", 0),
        (" 01 ", 0),
        ("1.", 0),
        ("1e0", 0),
        ("1.00E+00", 0),
        ("-0", 1),
        ("0.0", 1),
        (".0", 1),
        ("2", None),
        ("0.9999999999999999999", None),
        ("nan", None),
        ("inf", None),
        ("١", None),
        ("1_0", None),
        ("1,0", None),
        ("true", None),
        ("1e999999999", None),
        ("9" * 5000, None),
    ],
)
def test_if_names_are_numbers_labels_are_compared_by_value(
    label: str, expected: int | None
) -> None:
    assert place(label, labels=("1", "0")) == expected


def _classes(file: Path, labels: tuple[str, ...]) -> Counter[int | str]:
    """Counts the rows of a file by class, and bad rows by reason."""
    rules = Labelling(("text",), "label", labels)
    found: Counter[int | str] = Counter()
    for row in read_rows(str(file)):
        used = rules.apply(row) if isinstance(row, Row) else row
        found[used.label if isinstance(used, Labelled) else used.reason] += 1
    return found


def test_labels_written_as_floats_keep_their_classes(shared: Path) -> None:
    folder = shared / "cases" / "w01_label_numbers"
    whole = _classes(folder / "bin_int.csv", ("1", "0"))
    assert whole == {0: 403, 1: 397}
    assert _classes(folder / "bin_float.csv", ("1", "0")) == whole
    ratings = _classes(folder / "ratings_135.csv", ("1", "5"))
    assert ratings == {
        0: 296,
        1: 275,
        "unknown label '3'; the labels are 1, 5; numbers are compared by value": 329,
    }


def test_numbers_between_the_names_are_not_positions() -> None:
    found = [place(str(number), labels=("1", "3", "5")) for number in range(6)]
    assert found == [None, 0, None, 1, None, 2]


@pytest.mark.parametrize(
    ("labels", "first", "expected"),
    [
        ("1 star|2 stars|3 stars", 0, [None, None, None]),
        ("1 star|2 stars|3 stars", 1, [None, 0, 1]),
        ("1,0|2,0|3,0", 0, [None, None, None]),
        ("1e0|2e0", 0, [None, None, None]),
        ("\uff11|\uff10", 0, [None, None, None]),
        ("LABEL_0|LABEL_1|LABEL_2", 0, [0, 1, 2]),
        ("True|False", 0, [None, None, None]),
        ("yes|no", 0, [None, None, None]),
        ("no|yes", 0, [0, 1, None]),
        ("false|true", 1, [None, None, None]),
    ],
)
def test_positions_do_not_count_if_a_name_contains_another_number(
    labels: str, first: int, expected: list[int | None]
) -> None:
    names = tuple(labels.split("|"))
    assert [place(cell, names, first) for cell in ("0", "1.0", "2")] == expected


def test_the_reason_explains_why_positions_do_not_count() -> None:
    rules = Labelling(("text",), "label", ("0 stars", "2,5"))
    found = rules.apply(Row("a.csv", 2, {"text": "words", "label": "1"}))
    assert isinstance(found, BadRow)
    assert "positions do not count, because '2,5' contains another" in found.reason


def test_positions_do_not_count_if_one_name_is_a_number() -> None:
    labels = ("1", "other", "2E4")
    found = [place(cell, labels) for cell in ("1.0", "other", "2E4", "0", "2", "20000")]
    assert found == [0, 1, 2, None, None, None]


def test_fractions_compare_by_value() -> None:
    labels = ("1.5", "-2", "0.30000000000000004")
    found = [place(cell, labels) for cell in ("1.50", "-2.0", "0.3", "15e-1", "2")]
    assert found == [0, 1, None, 0, None]


def test_labels_of_the_form_that_init_writes_keep_their_classes() -> None:
    numbers = [str(number) for number in range(2, 7)]
    found = [place(number, labels=("3", "4", "5"), first=3) for number in numbers]
    assert found == [None, 0, 1, 2, None]


def test_the_reason_for_an_unknown_number_lists_the_labels() -> None:
    rules = Labelling(("text",), "label", ("1", "3", "5"))
    found = rules.apply(Row("a.csv", 7, {"text": "words", "label": "2"}))
    assert isinstance(found, BadRow)
    assert found.reason == (
        "unknown label '2'; the labels are 1, 3, 5; numbers are compared by value"
    )


def test_only_the_first_of_many_labels_are_listed() -> None:
    rules = Labelling(("text",), "label", tuple(f"d{n}" for n in range(100)))
    found = rules.apply(Row("a.csv", 7, {"text": "words", "label": "x"}))
    assert isinstance(found, BadRow)
    assert "d19, ... (100 labels), or their positions 0 to 99" in found.reason
    assert "d20" not in found.reason


def test_columns_are_joined_and_slices_kept() -> None:
    rules = Labelling(("title", "body"), "desk", DESKS, 0, ("source",))
    values = {"title": "Oil ", "body": "falls\n", "desk": "Business", "source": ""}
    expected = Labelled("Oil  falls", 2, {"source": ""})
    assert rules.apply(Row("a.csv", 2, values)) == expected
    assert joined(values, ("body",)) == "falls"


def test_bad_row_shows_where_and_what() -> None:
    rules = Labelling(("text",), "label", DESKS, 1)
    found = rules.apply(Row("a.csv", 7, {"text": "words", "label": "Wrold"}))
    assert isinstance(found, BadRow)
    assert str(found) == (
        "a.csv:7: unknown label 'Wrold'; the labels are World, Sports, Business, "
        "Sci/Tech, or their positions 1 to 4"
    )
    assert found.content == '{"text": "words", "label": "Wrold"}'


def test_a_missing_column_lists_the_existing_columns() -> None:
    with pytest.raises(DataError, match="no column 'text', 'label'; its .* 'a', 'b'"):
        check_columns("a.csv", ("a", "b"), ("text", "label"))
    check_columns("a.csv", ("text", "label", "more"), ("text", "label"))
    check_columns("a.jsonl", (), ("text", "label"))


def test_several_labels_in_one_cell_are_explained() -> None:
    labelling = Labelling(("text",), "label", ("a", "b", "c"))
    bad = labelling.apply(Row("f", 1, {"text": "x", "label": "a, c"}))
    assert isinstance(bad, BadRow)
    assert bad.reason.startswith("the label 'a, c' consists of 2 labels, but a row has")
    other = labelling.apply(Row("f", 1, {"text": "x", "label": "a, d"}))
    assert isinstance(other, BadRow)
    assert other.reason.startswith("unknown label 'a, d'")
