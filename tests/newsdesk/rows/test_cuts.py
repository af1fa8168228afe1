"""The parts of a file have the same rows as the whole file."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsdesk.rows import cuts
from newsdesk.rows.cuts import cut
from newsdesk.rows.layout import USUAL, Layout
from newsdesk.rows.lines import LineCount
from newsdesk.rows.part import Part
from newsdesk.rows.readers import BadRow, read_rows

NEEDED = ("label", "text")


def is_row(values: dict[str, str]) -> bool:
    return values["label"] in ("0", "1") and bool(values["text"].strip())


def rows_of(
    file: Path, layout: Layout = USUAL, part: Part | None = None
) -> Iterator[tuple[object, ...]]:
    count, lines = LineCount(), 0
    for row in read_rows(str(file), layout, NEEDED, is_row, count, part):
        lines += row.lines
        if isinstance(row, BadRow):
            yield row.number, row.lines, row.reason, row.content
        else:
            yield row.number, row.lines, *row.values.values()
    count.check(str(file), lines)


def parts_of(file: Path, size: int, layout: Layout = USUAL) -> list[Part]:
    return cut(str(file), layout, NEEDED, is_row, size).parts


def in_parts(file: Path, size: int, layout: Layout = USUAL) -> list[object]:
    parts = parts_of(file, size, layout)
    return [row for part in parts for row in rows_of(file, layout, part)]


# What a line of a row, or of damage, may look like.
LINES = [
    b"0,plain",
    b'1,"quoted, text"',
    b'0,"a ""word"" in it"',
    b'0,"over\ntwo lines"',
    b'1,"over\n\nfour\r\nlines, with ""quotes"""',
    b'0,5" pipe',
    b'1,5" pipe and 6" pipe',
    b'0,"lone quote',
    b'1,lone"',
    b'"0","closes" early"',
    b'0,""',
    b'1,""""',
    b"0,\r\n1,cr lf\r",
    b"0,a\rb",
    b"",
    b"  ",
    b"0,nul \0",
    b"0,latin \xe9",
    b"1,\xc3\xa9",
    b"0,too,many",
    b'0,",",",x',
    b'0,"opens\n1,good\n0,good\n1,good",closes',
]


@pytest.mark.parametrize("seed", range(12))
def test_parts_of_damaged_csv_have_the_rows_of_the_file(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(cuts, "_SMALL_BLOCK", 64)
    monkeypatch.setattr(cuts, "_LARGE_BLOCK", chance.choice([256, 4096]))
    monkeypatch.setattr(cuts, "_FEW", 20)
    monkeypatch.setattr(cuts, "_MANY_LINES", chance.choice([1, 3, 10]))
    # Some files have plain rows only, others much damage.
    kinds = LINES[: chance.choice([3, 5, 7, len(LINES)])]
    lines = chance.choices(kinds, k=300)
    start = chance.choice([b"", b"\xef\xbb\xbf", b"sep=,\n", b"\n\n"])
    end = chance.choice([b"", b"\n"])
    file = tmp_path / "a.csv"
    file.write_bytes(start + b"label,text\n" + b"\n".join(lines) + end)
    parts = parts_of(file, 300)
    assert len(parts) > 3
    assert in_parts(file, 300) == list(rows_of(file))


def test_large_blocks_are_cut_where_small_ones_are(tmp_path: Path) -> None:
    chance = random.Random(1)
    file = tmp_path / "a.csv"
    lines = [b"label,text", *chance.choices(LINES, k=3000)]
    file.write_bytes(b"\n".join(lines))
    assert len(parts_of(file, 1000)) > 5
    assert in_parts(file, 1000) == list(rows_of(file))


def test_file_without_header(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b'sep=,\n0,"a\nb"\n1,c\n' + b"0,d\n" * 100)
    layout = Layout(columns=("label", "text"))
    assert len(parts_of(file, 50, layout)) > 5
    assert in_parts(file, 50, layout) == list(rows_of(file, layout))


def test_quotes_mean_nothing_in_tsv(tmp_path: Path) -> None:
    file = tmp_path / "a.tsv"
    file.write_bytes(b'label\ttext\n0\t"lone\n1\tb\n' + b"\tempty label\n0\td\n" * 50)
    assert len(parts_of(file, 100)) > 3
    assert in_parts(file, 100) == list(rows_of(file))


def test_json_lines(tmp_path: Path) -> None:
    objects = [{"label": "1", "text": f'row {n} has a "quote"\n'} for n in range(100)]
    file = tmp_path / "a.jsonl"
    lines = [json.dumps(one) for one in objects]
    file.write_text("\n\n".join([*lines[:50], "{broken", *lines[50:]]))
    assert len(parts_of(file, 500)) > 3
    assert in_parts(file, 500) == list(rows_of(file))


def test_a_line_that_is_too_long_is_one_bad_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsdesk.rows.lines.MAX_LINE", 200)
    monkeypatch.setattr(cuts, "_SMALL_BLOCK", 64)
    monkeypatch.setattr(cuts, "_LARGE_BLOCK", 150)
    monkeypatch.setattr(cuts, "_MANY_LINES", 1)
    file = tmp_path / "a.csv"
    file.write_bytes(
        b"label,text\n0,a\n" + b'1,"' + b"x" * 5000 + b"\n" + b"0,b\n" * 99
    )
    assert len(parts_of(file, 100)) > 3
    assert in_parts(file, 100) == list(rows_of(file))


def test_parquet_is_cut_between_row_groups(tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    texts = [f"text {n}" for n in range(90)]
    table = pyarrow.table({"label": ["0"] * 90, "text": [*texts[:-1], "\0"]})
    file = tmp_path / "a.parquet"
    parquet.write_table(table, file, row_group_size=10)
    assert [part.first for part in parts_of(file, 1)] == list(range(1, 91, 10))
    assert in_parts(file, 1) == list(rows_of(file))
    assert len(parts_of(file, 400)) in range(2, 9)
    assert in_parts(file, 400) == list(rows_of(file))


def test_small_files_have_no_parts(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"label,text\n0,a\n")
    assert cut(str(file), USUAL) == ([], "")


def test_packed_and_converted_files_say_why_they_have_no_parts(tmp_path: Path) -> None:
    import gzip

    content = "label,text\n" + "0,a\n" * 100
    packed, wide = tmp_path / "a.csv", tmp_path / "b.csv"
    packed.write_bytes(gzip.compress(content.encode()))
    wide.write_bytes(content.encode("utf-16"))
    assert cut(str(packed), USUAL, size=10) == ([], "is packed with gzip")
    assert cut(str(wide), USUAL, size=10) == ([], "is UTF-16")


@pytest.mark.parametrize("content", [b"", b"\n\n", b'"label', b"label,label\n0,a\n"])
def test_files_that_cannot_be_read_have_no_parts(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    assert cut(str(file), USUAL, size=1).parts == []
    assert cut(str(tmp_path / "missing.csv"), USUAL).parts == []
