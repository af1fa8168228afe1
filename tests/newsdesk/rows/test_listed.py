"""Names in a sentence are quoted, and neither too long nor too many."""

from newsdesk.rows.listed import listed


def test_names_are_quoted():
    assert listed(["title", "a, b"]) == "'title', 'a, b'"


def test_a_text_where_a_name_should_be_is_cut():
    assert listed(["a" * 41]) == repr("a" * 37 + "...")
    assert listed(["a" * 40]) == repr("a" * 40)


def test_at_most_twenty_names_are_listed():
    assert listed(map(str, range(30))).count(",") == 19
