"""Ids are those of the Rust library for texts of any script."""

import csv
import random
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trainer.tokenizers.reference import CORPUS, KINDS, differing

SPACES = " \t\n\r\x0b\x0c\x1c\x85\xa0\u1680\u2003\u2028\u3000"
INVISIBLE = "\x00\x01\x7f\xad\u200b\u200d\ufeff\ufffd\ue000"
ODD = [
    *SPACES,
    *INVISIBLE,
    *(
        "'s",
        "'ll",
        "'RE",
        "...",
        "----",
        "00000",
        "\r\n",
        "\u2581",
        "\u0120",
        "ﬁ",
        "™",
        "½",
    ),
    *("<s>", " <mask> ", "</s>", "[SEP]", "[MASK]", "<unk>", "＜s＞", "e\u0301\u0301"),
    *("™\u0301", "\u0600e\u0301", "a\u1abf\u0334", "\u2e43", "\u08e2", "\u166d"),
    # Replaced alone or with the joiner before: a space before joins both.
    *("\u200c\u0344", "\u200c\u0340"),
]
NAMED = [
    character for character in map(chr, range(1, 0x30000)) if character.isprintable()
]
MARKS = [letter for letter in NAMED if unicodedata.category(letter)[0] == "M"]


def made_up(count: int, seed: int) -> Iterator[str]:
    """Texts of characters from one place of Unicode, accents, words and odd things."""
    draw = random.Random(seed)
    words = " ".join(CORPUS).split()
    for _ in range(count):
        parts = []
        for _ in range(draw.randint(0, 25)):
            place = draw.randrange(len(NAMED))
            parts += draw.choice(
                [
                    draw.choices(NAMED[place : place + 100], k=draw.randint(1, 8)),
                    [NAMED[place], *draw.choices(MARKS, k=draw.randint(0, 3))],
                    [draw.choice(ODD) * draw.randint(1, 3)],
                    [" ", draw.choice(words)],
                    draw.choices(
                        list(map(chr, range(0x20, 0x7F))), k=draw.randint(1, 9)
                    ),
                ]
            )
        yield "".join(parts)


@pytest.mark.parametrize("kind", KINDS)
def test_odd_texts_get_the_ids_of_the_library(
    kind: str, tokenizers: dict[str, Path]
) -> None:
    texts = [*ODD, *CORPUS, *(f"a{odd}b  {odd} c" for odd in ODD), "  a\n b\t\tc  "]
    assert differing(tokenizers[kind], texts) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_made_up_texts_get_the_ids_of_the_library(
    kind: str, tokenizers: dict[str, Path]
) -> None:
    assert differing(tokenizers[kind], list(made_up(1_000, seed=17))) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_character_gets_the_ids_of_the_library(
    kind: str, tokenizers: dict[str, Path]
) -> None:
    numbers = [*range(1, 0xD800), *range(0xE000, 0x10000)]
    texts = [f"x{chr(number)}y {chr(number)}" for number in numbers]
    assert differing(tokenizers[kind], texts) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_row_of_ag_news_gets_the_ids_of_the_library(
    kind: str, tokenizers: dict[str, Path], shared: Path
) -> None:
    with open(shared / "data/ag_news/train.csv", encoding="utf-8") as stream:
        texts = [
            f"{row['title']} {row['description']}" for row in csv.DictReader(stream)
        ]

    assert len(texts) == 19_991
    assert differing(tokenizers[kind], texts) == []
