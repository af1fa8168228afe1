"""Texts are divided into words, or into characters of scripts without spaces."""

import pytest

from newsdesk import unspaced
from newsdesk.explaining.words import spans, without


def words(text: str, most: int = 200) -> list[str]:
    return [text[begin:end] for begin, end in spans(text, most)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n", []),
        ("Oil prices  fall,\nagain ", ["Oil", "prices", "fall,", "again"]),
        ("שלום עולם", ["שלום", "עולם"]),
        # A few characters of Chinese in a text with spaces are one word.
        ("the 中文 word", ["the", "中文", "word"]),
        ("石油价格今天又大幅下跌。OK", [*"石油价格今天又大幅下跌", "。OK"]),
        ("アメリカの大統領が来日した", ["アメリカ", *"の大統領が来日した"]),
        (
            "ราคาน้ำมันลดลงเมื่อวานนี้เอง",
            ["ร", "า", "ค", "า", "น้", "ำ", "มั", "น", "ล", "ด", "ล", "ง", "เ", "มื่", "อ"]
            + ["ว", "า", "น", "นี้", "เ", "อ", "ง"],
        ),
    ],
)
def test_words_are_in_the_order_of_the_text(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_long_text_is_divided_into_groups_of_words() -> None:
    text = " ".join(map(str, range(11)))
    assert words(text, 11) == text.split()
    assert words(text, 4) == ["0 1 2", "3 4 5", "6 7 8", "9 10"]
    assert len(words("a " * 100_000)) == 200


def test_a_word_is_removed_with_the_space_behind_it() -> None:
    text = "Oil  prices fall "
    assert [without(text, span) for span in spans(text)] == [
        "prices fall ",
        "Oil  fall ",
        "Oil  prices ",
    ]
    assert without("石油价格", (1, 2)) == "石价格"
    assert without("a b", (2, 3)) == "a"


def test_no_character_is_lost() -> None:
    text = "ราคาน้ำมันลดลงxxアメリカの大統領が"
    found = unspaced.characters(text)
    assert "".join(text[begin:end] for begin, end in found) == text
