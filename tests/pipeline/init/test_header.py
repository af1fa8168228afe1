"""All columns decide together whether the first row is a header."""

import csv
import random
from pathlib import Path

import pytest

from newsdesk.errors import ConfigError
from pipeline.init.header import judge
from pipeline.init.look import look

WORDS = "budget senate goal bank engine river trade match harvest league storm".split()


def _rows(labels: str, count: int = 40, shortest: int = 5) -> list[list[str]]:
    chance = random.Random(labels)
    return [
        [
            " ".join(chance.choices(WORDS, k=chance.randint(shortest, 9))),
            chance.choice(labels.split()),
        ]
        for _ in range(count)
    ]


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        (["text", "spam"], _rows("spam ham")),
        (["message", "spam"], _rows("spam ham", shortest=1)),
        (["sms", "spam"], _rows("spam ham")),
        (["0", "1"], _rows("neg pos")),
        (["0", "1"], _rows("0 1")),
        (["text", "label"], [["text", "pos"], *_rows("neg pos")]),
        (["text", "label"], [["text", "label"], *_rows("neg pos label")]),
        (["2023", "label"], _rows("neg pos")),
        (["text", "2023"], _rows("2019 2020 2021")),
        (["text", "2023"], _rows("neg pos")),
        (["What do you think of us?", "opinion"], _rows("neg pos", shortest=9)),
        (["text", "y"], _rows("y n")),
        (["", "text", "label"], [[str(i), *row] for i, row in enumerate(_rows("a b"))]),
        (["url", "day"], [[f"https://x/{i}", f"2024-01-{i}"] for i in range(10, 30)]),
        (["文本", "标签"], [["今天的天气很好我们去公园散步吧好不好呢", "甲"]] * 3),
        (["word", "kind"], [["yes", "a"], ["no", "b"], ["sure", "a"], ["nah", "b"]]),
    ],
)
def test_a_header(names: list[str], rows: list[list[str]]) -> None:
    assert judge(names, rows).present


@pytest.mark.parametrize(
    "rows",
    [
        _rows("spam ham"),
        _rows("spam ham", count=4),
        _rows("0 1 2 3"),
        [["well"], *_rows("spam ham", shortest=1)][1:],
        [["Nice", "pos"], ["Ok", "neg"], *_rows("pos neg", shortest=2)],
        [[str(i), *row, *row] for i, row in enumerate(_rows("a b"))],
        [[f"https://x/{i}", "ab"[i % 2]] for i in range(10, 30)],
        [
            ["今天的天气很好我们去公园散步吧好不好呢" * n, "甲乙"[n % 2]]
            for n in range(9, 1, -1)
        ],
    ],
)
def test_a_row_of_data(rows: list[list[str]]) -> None:
    assert not judge(rows[0], rows[1:]).present


def test_a_column_against_the_decision_makes_it_doubtful() -> None:
    assert judge(["text", "spam"], _rows("spam ham")).doubtful
    assert not judge(["text", "label"], _rows("spam ham")).doubtful


def _ag_news(shared: Path) -> list[list[str]]:
    with (shared / "data" / "ag_news" / "test.csv").open(newline="") as stream:
        return list(csv.reader(stream))


def test_ag_news_with_and_without_its_header(shared: Path, tmp_path: Path) -> None:
    names, *rows = _ag_news(shared)
    for columns in ([0, 1, 2], [0, 1], [2, 0]):
        for first in range(50):
            cut = [[row[column] for column in columns] for row in rows[first:]]
            assert not judge(cut[0], cut[1:201]).present, cut[0]
            assert judge([names[column] for column in columns], cut[:200]).present
    file = tmp_path / "test.csv"
    with file.open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    survey = look(file)
    assert list(survey.columns) == ["column_1", "column_2", "column_3"]
    assert survey.rows == len(rows)


def _written(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def test_repeated_headers_are_not_rows(tmp_path: Path) -> None:
    header, rows = ["text", "spam"], _rows("spam ham")
    file = _written(tmp_path / "rows.csv", [header, *rows, header, *rows, header])
    survey = look(file)
    assert (survey.rows, survey.repeated) == (80, 2)
    assert set(survey.columns["spam"].values or ()) == {"spam", "ham"}


def test_a_first_row_with_a_value_twice_is_data(tmp_path: Path) -> None:
    rows = [["1", "1", text] for text, _ in _rows("a")]
    assert not look(_written(tmp_path / "rows.csv", rows)).has_header


def test_the_user_overrides_the_decision(tmp_path: Path) -> None:
    file = _written(tmp_path / "rows.csv", [["text", "spam"], *_rows("spam ham")])
    survey = look(file, header=False)
    assert (list(survey.columns), survey.rows) == (["column_1", "column_2"], 41)
    file = _written(tmp_path / "data.csv", _rows("spam ham"))
    assert look(file).rows == 40
    assert look(file, header=True).rows == 39
    with pytest.raises(ConfigError, match="omit --header"):
        look(file, ["a", "b"], header=True)
