"""Text files in other encodings than UTF-8 give the same rows with the same numbers."""

import gzip
from pathlib import Path

import pytest

from newsdesk.errors import DataError
from newsdesk.rows import encodings
from newsdesk.rows.encodings import is_utf_8, wide_codec
from newsdesk.rows.readers import (
    BadRow,
    Layout,
    LineCount,
    Row,
    columns_of,
    find_delimiter,
    read_rows,
)

TEXT = 'label;text\r\nq;"zwei\r\nZeilen; über"\r\n\r\nr;naïve – 5 €\r\n'
ROWS = [
    (2, {"label": "q", "text": "zwei\r\nZeilen; über"}),
    (5, {"label": "r", "text": "naïve – 5 €"}),
]


def _rows(file: Path, layout: Layout) -> list[tuple[int, dict[str, str]]]:
    count, lines, found = LineCount(), 0, []
    for row in read_rows(str(file), layout, count=count):
        assert isinstance(row, Row)
        found.append((row.number, row.values))
        lines += row.lines
    count.check(str(file), lines)
    return found


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [
        ("auto", "utf-8"),
        ("auto", "utf-8-sig"),
        ("auto", "utf-16"),
        ("utf-8", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16", "utf-16-le"),
        ("utf-16", "utf-16-be"),
        ("windows-1252", "windows-1252"),
        # A mark decides, and so does the whole beginning.
        ("windows-1252", "utf-16"),
        ("windows-1252", "utf-8"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("excel", ["", "sep=;\r\n"])
def test_every_encoding(
    tmp_path: Path, encoding: str, codec: str, packed: bool, excel: str
) -> None:
    file = tmp_path / "rows.csv"
    content = (excel + TEXT).encode(codec)
    file.write_bytes(gzip.compress(content) if packed else content)
    layout = Layout(encoding=encoding, delimiter=";")
    above = 1 if excel else 0
    assert _rows(file, layout) == [(line + above, cells) for line, cells in ROWS]
    assert columns_of(str(file), layout) == ("label", "text")


def test_a_character_between_two_chunks(tmp_path: Path) -> None:
    texts = ["😀" * 20_000 + "é" * place for place in range(4)]
    file = tmp_path / "rows.csv"
    file.write_bytes("text\n".encode("utf-16") + "\n".join(texts).encode("utf-16-le"))
    found = _rows(file, Layout())
    assert [cells["text"] for _, cells in found] == texts


@pytest.mark.parametrize("codec", ["utf-8", "windows-1252"])
def test_the_first_part_beyond_ascii_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, codec: str
) -> None:
    monkeypatch.setattr(encodings, "HEAD", 64)
    file = tmp_path / "rows.csv"
    file.write_bytes(("text\n" + "plain\n" * 99 + "größer\n").encode(codec))
    *_, last = _rows(file, Layout(encoding="windows-1252"))
    assert last == (101, {"text": "größer"})


@pytest.mark.parametrize("codec", ["utf-16", "windows-1252"])
def test_json_lines(tmp_path: Path, codec: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_bytes('\n{"text": "über"}\n'.encode(codec))
    assert _rows(file, Layout(encoding=codec)) == [(2, {"text": "über"})]


def test_half_a_surrogate_pair_costs_one_row(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    damaged = (
        "text\na\n".encode("utf-16") + b"b\0\x3d\xd8\n\0" + "c\n".encode("utf-16-le")
    )
    file.write_bytes(damaged)
    first, bad, last = read_rows(str(file))
    assert isinstance(bad, BadRow) and isinstance(last, Row)
    assert (bad.number, bad.reason) == (3, "is not valid UTF-16 at character 2")
    assert last.values == {"text": "c"}


def test_utf_8_is_strict_if_it_is_named(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(TEXT.encode("windows-1252"))
    layout = Layout(encoding="utf-8", delimiter=";")
    bad = [row for row in read_rows(str(file), layout) if isinstance(row, BadRow)]
    assert [row.reason for row in bad] == [
        "line 3 is not valid UTF-8 at byte 9",
        "is not valid UTF-8 at byte 5",
    ]
    file.write_bytes(TEXT.encode("utf-16"))
    with pytest.raises(DataError, match='is UTF-16; set data.encoding = "auto"'):
        list(read_rows(str(file), layout))


def test_the_beginning_shows_the_encoding() -> None:
    assert is_utf_8("é".encode()) and is_utf_8("aé".encode()[:2] + b"")
    assert not is_utf_8(b"plain") and not is_utf_8("é".encode("windows-1252") + b" ")
    assert wide_codec("标签,文本\n".encode("utf-16-be")) == "utf-16-be"
    assert wide_codec("标签,文本\n".encode("utf-16-le")) == "utf-16-le"
    assert wide_codec("标签,文本\n".encode()) == ""


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str, ending: str) -> None:
    file = tmp_path / f"rows.{ending}"
    lines = [delimiter.join(cells) for cells in (("label", "text"), ("a", "b"))]
    file.write_text("\n".join(lines) + "\n")
    assert find_delimiter(str(file)) == delimiter
    layout = Layout(delimiter=delimiter)
    assert _rows(file, layout) == [(2, {"label": "a", "text": "b"})]


@pytest.mark.parametrize(("delimiter", "quotes"), [("\t", False), (";", True)])
def test_quotes_mean_nothing_between_tabs(
    tmp_path: Path, delimiter: str, quotes: bool
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(f'label{delimiter}text\na{delimiter}"b"\n')
    (row,) = _rows(file, Layout(delimiter=delimiter))
    assert row[1]["text"] == ("b" if quotes else '"b"')


def test_only_the_wanted_beginning_is_read(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(b"text,label\n")
    assert encodings.beginning_of(str(file), 4) == b"text"
