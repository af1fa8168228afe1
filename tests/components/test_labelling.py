import pytest

from components.text_example_gen.labelling import (
    Labelled,
    Labelling,
    check_columns,
    joined,
)
from components.text_example_gen.rows import BadRow, Row
from pipeline.errors import DataError

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
        "a.csv:7: unknown label 'Wrold'; known are World, Sports, Business, Sci/Tech "
        "or 1 to 4"
    )
    assert found.content == '{"text": "words", "label": "Wrold"}'


def test_missing_column_names_those_found() -> None:
    with pytest.raises(DataError, match="no column 'text', 'label'; its .* 'a', 'b'"):
        check_columns("a.csv", ("a", "b"), ("text", "label"))
    check_columns("a.csv", ("text", "label", "more"), ("text", "label"))
    check_columns("a.jsonl", (), ("text", "label"))
