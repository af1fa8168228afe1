"""The CSV file of doubtful labels opens in a spreadsheet and computes nothing."""

import base64
import csv
import io
from pathlib import Path

import pytest

from newsdesk.report.content import DoubtfulLabel, LabelCheck
from newsdesk.report.label_csv import inert, link, table, write


def _row(text: str, place: str | None = "rows.csv:7") -> DoubtfulLabel:
    return DoubtfulLabel(
        place=place,
        split="train",
        text=text,
        label="Trams",
        suggested="Chess",
        doubt=0.91,
    )


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "＝1"])
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("calm seas", "calm seas"),
        ("a = b", "a = b"),
        ("\t=1", r"'\t=1"),
        ("\x1b[31m\x00", r"\x1b[31m\x00"),
        ("", ""),
    ],
)
def test_control_characters_are_escaped(text: str, cell: str) -> None:
    assert inert(text) == cell


def test_the_file_has_place_and_labels() -> None:
    rows = list(csv.DictReader(io.StringIO(table([_row('two\nlines, "quoted"')]))))
    assert rows == [
        {
            "file": "rows.csv",
            "row": "7",
            "split": "train",
            "label": "Trams",
            "suggested": "Chess",
            "doubt": "0.9100",
            "text": r'two\nlines, "quoted"',
        }
    ]


@pytest.mark.parametrize(
    ("place", "file", "row"),
    [("C:/news:2.csv:17", "C:/news:2.csv", "17"), (None, "", "")],
)
def test_a_place_is_divided_into_file_and_row(
    place: str | None, file: str, row: str
) -> None:
    (found,) = csv.DictReader(io.StringIO(table([_row("a text", place)])))
    assert (found["file"], found["row"]) == (file, row)


def test_excel_recognizes_the_encoding_of_the_file(tmp_path: Path) -> None:
    check = LabelCheck(rows=9, doubted=1, most_doubted=[_row("né")])
    write(check, tmp_path / "doubtful.csv")
    written = (tmp_path / "doubtful.csv").read_bytes()
    assert written == ("\ufeff" + table(check.most_doubted)).encode()


def test_the_link_contains_the_file() -> None:
    check = LabelCheck(rows=9, doubted=1, most_doubted=[_row("né\udcff")])
    url = link(check)
    assert url is not None
    content = base64.b64decode(url.partition(",")[2]).decode("utf-8-sig")
    assert content == table(check.most_doubted)
    assert r"né\udcff" in content


def test_a_file_that_is_too_large_has_no_link() -> None:
    rows = [_row("x" * 10_000)] * 70
    assert link(LabelCheck(rows=99, doubted=70, most_doubted=rows)) is None
