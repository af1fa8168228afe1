"""The second pass over the rows counts what `run` will not use."""

from pathlib import Path

import pytest

from pipeline.init import texts
from pipeline.init.choose_columns import propose
from pipeline.init.look import look
from pipeline.init.texts import count_words, is_unspaced, look_at_texts


def _looked_at(file: Path, content: str) -> texts.Texts:
    file.write_text(content)
    return look_at_texts(propose(look(file), ["text"], "label"))


ROWS = "a first text,1\na second text,2\na third text,1\na fourth text,2\n"


def test_rows_that_run_will_not_use_are_counted_by_reason(tmp_path: Path) -> None:
    odd = "x,\ny,nan\n ,1\ntext,label\none,two,three\n"
    found = _looked_at(tmp_path / "rows.csv", f"text,label\n{ROWS}{odd}")
    assert (found.rows, found.lost) == (9, 5)
    assert found.reasons == {
        "have no label": 2,
        "have no text": 1,
        "repeat the header": 1,
        "cannot be read": 1,
    }


def test_one_text_with_several_labels(tmp_path: Path) -> None:
    again = "a first text,2\na first text ,1\na second text,2\na first text,nan\n"
    found = _looked_at(tmp_path / "rows.csv", f"text,label\n{ROWS}{again}")
    assert found.conflicts == {"a first text": {"1": 2, "2": 1}}
    assert found.conflicting_rows == 3


def test_a_number_written_differently_is_one_label(tmp_path: Path) -> None:
    found = _looked_at(tmp_path / "rows.csv", f"text,label\n{ROWS}a first text,1.0\n")
    assert (found.conflicts, found.lost) == ({}, 0)


def test_the_number_of_compared_texts_is_limited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "MAX_TEXTS", 2)
    again = "a first text,2\na fourth text,1\n"
    found = _looked_at(tmp_path / "rows.csv", f"text,label\n{ROWS}{again}")
    assert list(found.conflicts) == ["a first text"]


@pytest.mark.parametrize(
    ("text", "unspaced"),
    [
        ("今天的天气很好我们去公园散步", True),
        ("今天 的 天气 很 好 我们 去 公园 散步", False),
        ("今 天 的 天 气 很 好", False),
        ("きょうはとてもいいてんきですね", True),
        ("วันนี้อากาศดีมากไปเดินเล่นกันเถอะ", True),
        ("มหาวิทยาลัย อากาศ ดี", False),
        ("오늘은 날씨가 정말 좋네요 산책하러 갑시다", False),
        ("Donaudampfschifffahrtsgesellschaftskapitän", False),
        ("好", False),
        ("", False),
    ],
)
def test_texts_without_spaces(text: str, unspaced: bool) -> None:
    assert is_unspaced(text) is unspaced


def test_different_texts_of_each_label(tmp_path: Path) -> None:
    more = "a first text,1\nnew text,2\n,3\n,3\n"
    found = _looked_at(tmp_path / "rows.csv", f"text,label\n{ROWS}{more}")
    assert found.distinct == {"1": 2, "2": 3, "3": 0}
    assert found.duplicate_share == pytest.approx(1 / 6)
    assert found.words == {2: 1, 3: 5}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("oil,prices fall.", 3),
        ("  ", 0),
        ("- !?", 0),
        ("«été» – l’or", 3),
        ("हिन्दी", 1),
    ],
)
def test_words_are_counted_as_the_tokenizer_finds_them(text: str, words: int) -> None:
    assert count_words(text) == words
