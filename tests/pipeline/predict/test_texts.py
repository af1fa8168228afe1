"""Every row keeps its position, even if it cannot be classified."""

import gzip
import io
import os
from pathlib import Path

import pytest

from newsdesk.errors import DataError, NewsdeskError
from pipeline.predict.line_reader import LONGEST, Pause
from pipeline.predict.texts import Unusable, lines, rows, typed


def test_typed_texts() -> None:
    assert list(typed(["a b", " ", "\udcff", "c"])) == [
        "a b",
        Unusable("argument 2: the text is empty"),
        Unusable("argument 3: is not valid UTF-8"),
        "c",
    ]


def test_lines_of_a_stream() -> None:
    stream = io.BytesIO(b"\xef\xbb\xbfone\r\n\ntw\xff\n three ")
    assert list(lines(stream)) == [
        "one",
        Unusable("standard input:2: the text is empty"),
        Unusable("standard input:3: is not valid UTF-8"),
        "three",
    ]


def test_pauses_and_lines_that_are_too_long_keep_their_place() -> None:
    reading, writing = os.pipe()
    with open(reading, "rb") as stream, open(writing, "wb") as pipe:
        asked = lines(stream)
        assert next(asked) == Pause()
        pipe.write(b"one\n")
        pipe.flush()
        assert [next(asked), next(asked)] == ["one", Pause()]
    long = io.BytesIO(b"x" * (LONGEST + 1) + b"\ntext\n")
    assert list(lines(long)) == [
        Unusable("standard input:1: is longer than 1,048,576 bytes; shorten the text"),
        "text",
    ]


def test_a_stream_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with open(os.open(tmp_path / "f", os.O_WRONLY | os.O_CREAT), "wb") as stream:
        unreadable = open(stream.fileno(), "rb", closefd=False)
        with pytest.raises(NewsdeskError, match="standard input: cannot be read"):
            list(lines(unreadable))


def test_rows_of_a_csv_file_need_no_label(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(b'body,title\n"b,1",t1\nx\n,\nb\xff,t\n"b\n2",t2\n')
    found = list(rows(str(file), ["title", "body"]))
    assert found[0] == "t1 b,1"
    assert found[1] == Unusable(f"{file}:3: has 1 cells, but 2 are expected")
    assert found[2] == Unusable(f"{file}:4: the text is empty")
    assert isinstance(found[3], Unusable) and "UTF-8" in found[3].reason
    assert found[4:] == ["t2 b\n2"]


def test_rows_of_json_lines_may_each_lack_a_column(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"title": "a", "body": "b"}\n{"title": "a"}\n')
    found = list(rows(str(file), ["title", "body"]))
    assert found[0] == "a b"
    assert isinstance(found[1], Unusable)
    assert found[1].reason.startswith(f"{file}:2: column 'body' is missing")


def test_rows_without_a_header_get_the_given_names(tmp_path: Path) -> None:
    (tmp_path / "rows.tsv").write_text("1\tone text\n")
    assert list(rows(str(tmp_path / "rows.tsv"), ["t"], columns=["l", "t"])) == [
        "one text"
    ]


def test_quotes_have_the_meaning_of_the_training(tmp_path: Path) -> None:
    file = str(tmp_path / "rows.tsv")
    Path(file).write_text('t\n"one"\n')
    assert list(rows(file, ["t"])) == ['"one"']
    assert list(rows(file, ["t"], quoting="standard")) == ["one"]


def test_a_file_without_the_columns_is_refused_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("headline,body\na,b\n")
    with pytest.raises(DataError, match="no column 'title', which the model reads"):
        next(rows(str(tmp_path / "rows.csv"), ["title", "body"]))


def test_a_text_file_holds_one_text_per_line(tmp_path: Path) -> None:
    for name, content in [
        ("rows.txt", b"\xef\xbb\xbfone, two\r\n\ncaf\xe9\nlast"),
        ("rows.TXT.gz", gzip.compress(b"one, two\n\ncaf\xe9\nlast\n")),
    ]:
        file = tmp_path / name
        file.write_bytes(content)
        assert list(rows(str(file), ["text"])) == [
            "one, two",
            Unusable(f"{file}:2: the text is empty"),
            Unusable(f"{file}:3: is not valid UTF-8 at byte 4"),
            "last",
        ]


@pytest.mark.parametrize("name", ["rows", "rows.csv", "rows.txt"])
def test_a_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name / "label=neg").mkdir(parents=True)
    with pytest.raises(DataError, match=f"{name}: is a folder.*name .* files"):
        list(rows(str(tmp_path / name), ["body"]))


def test_a_name_that_does_not_say_the_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rows.dat").write_text("text\na\n")
    with pytest.raises(DataError, match=r"rename it .* \.txt if each line is a text"):
        next(rows(str(tmp_path / "rows.dat"), ["text"]))


@pytest.mark.parametrize("delimiter", ["auto", ";", "|"])
def test_excel_csv_is_read(tmp_path: Path, delimiter: str) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes('sep=;\r\ntext;id\r\n"über; 5 €";1\r\n'.encode("windows-1252"))
    found = rows(str(file), ["text"], encoding="windows-1252", delimiter=delimiter)
    assert list(found) == ["über; 5 €"]


def test_lines_in_utf_16(tmp_path: Path) -> None:
    (tmp_path / "texts.txt").write_bytes("eins\r\nzwei ü\r\n".encode("utf-16"))
    assert list(rows(str(tmp_path / "texts.txt"), [])) == ["eins", "zwei ü"]


@pytest.mark.parametrize(
    ("first", "columns", "found"),
    [
        ("1,a text", ["label", "body"], ["a text"]),
        ("label,body", ["label", "body"], []),
        ("1,a text", ["id", "body"], ["1"]),
    ],
    ids=["no header", "header", "named by the user"],
)
def test_a_file_without_a_header_is_read_like_the_training_data(
    tmp_path: Path, first: str, columns: list[str], found: list[str]
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(f"{first}\n2,another text\n")
    given = ["body", "id"] if columns[0] == "id" else []
    texts = rows(str(file), ["body"], given, trained=columns)
    rest = "2" if given else "another text"
    assert list(texts) == [*found, rest]


def test_a_file_with_other_columns_and_no_header_names_the_option(
    tmp_path: Path,
) -> None:
    (tmp_path / "rows.csv").write_text("a text\nanother text\n")
    with pytest.raises(DataError, match="not a header, name the columns with --col"):
        list(rows(str(tmp_path / "rows.csv"), ["body"], trained=["label", "body"]))
