from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from newsdesk.errors import DataError
from newsdesk.rows.readers import (
    BadRow,
    Layout,
    LineCount,
    Row,
    columns_of,
    format_of,
    read_rows,
)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a.csv", "csv"),
        ("a.CSV.gz", "csv"),
        ("a.csv.zst", "csv"),
        ("a.tsv", "tsv"),
        ("a.ndjson", "jsonl"),
        ("a.pq", "parquet"),
        ("data_tfrecord-00000-of-00002.gz", "tfrecord"),
    ],
)
def test_format_by_name(name: str, found: str) -> None:
    assert format_of(f"/data/{name}") == found


def test_format_of_tfds() -> None:
    assert format_of("tfds:ag_news_subset/train") == "tfds"


def test_csv_keeps_delimiters_and_newlines_in_quotes(tmp_path: Path) -> None:
    file = str(tmp_path / "a.csv")
    Path(file).write_bytes(b'a,b\r\n"1,5","x\r\ny ""z"""\r\n2,\r\n')
    assert list(read_rows(file)) == [
        Row(file, 2, {"a": "1,5", "b": 'x\r\ny "z"'}),
        Row(file, 4, {"a": "2", "b": ""}),
    ]
    assert columns_of(file) == ("a", "b")


def test_quotes_of_tsv_mean_nothing_by_default(tmp_path: Path) -> None:
    file = str(tmp_path / "a.tsv")
    Path(file).write_text('a\tb\n1,2\t"x"\n3\t"y\tz"\n')
    good, bad = read_rows(file)
    assert isinstance(good, Row) and good.values == {"a": "1,2", "b": '"x"'}
    assert isinstance(bad, BadRow) and 'data.quoting = "standard"' in bad.reason
    quoted = [row.values for row in rows_of(file, "standard")]
    assert quoted == [{"a": "1,2", "b": "x"}, {"a": "3", "b": "y\tz"}]


def test_quotes_of_csv_can_mean_nothing(tmp_path: Path) -> None:
    file = str(tmp_path / "a.csv")
    Path(file).write_text('a,b\n"1,"2"\n')
    (row,) = rows_of(file, "none")
    assert row.values == {"a": '"1', "b": '"2"'}


def test_header_in_quotes_that_mean_nothing_is_refused(tmp_path: Path) -> None:
    file = str(tmp_path / "a.tsv")
    Path(file).write_text('"a"\t"b"\n"1"\t"2"\n')
    with pytest.raises(DataError, match='in quotes, .*quoting = "standard"'):
        columns_of(file)


def test_reading_is_lazy(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"a\n1\n" + b"2\n" * 100_000)
    rows = read_rows(str(file))
    next(rows)
    with file.open("r+b") as stream:
        stream.truncate(4)
    assert sum(1 for _ in rows) < 100_000


def test_only_needed_columns_are_read(tmp_path: Path) -> None:
    csv, jsonl = tmp_path / "a.csv", tmp_path / "a.jsonl"
    csv.write_text("a,b,c\n1,2,3\n")
    jsonl.write_text('{"a": 1, "b": 2, " c ": 3}\n')
    for file in (csv, jsonl):
        (row,) = read_rows(str(file), needed=("a", "c"))
        assert isinstance(row, Row) and row.values == {"a": "1", "c": "3"}


def test_a_surrogate_key_is_explained_if_all_columns_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"\\ud800": 1, "b": 2}\n{"b": 3}\n')
    bad, good = read_rows(str(tmp_path / "a.jsonl"))
    assert isinstance(bad, BadRow) and r"key '\ud800' is not" in bad.reason
    assert isinstance(good, Row)


def test_every_line_is_counted(tmp_path: Path) -> None:
    content = b'\n"a\nb",c\n\n1,"2\n\n3"\n\r\n4,"5\n6\n7,8,9\n'
    (tmp_path / "a.csv").write_bytes(content)
    (tmp_path / "a.jsonl").write_bytes(b' \n{"a": 1}\n\n{\n')
    counts = {"a.csv": (2, 3, [3, 1, 1, 1]), "a.jsonl": (0, 2, [1, 1])}
    for name, (header, blank, spans) in counts.items():
        count = LineCount()
        rows = list(read_rows(str(tmp_path / name), count=count))
        assert (count.header, count.blank) == (header, blank)
        assert [row.lines for row in rows] == spans
        count.check(name, sum(spans))
        with pytest.raises(DataError, match=f"{name}: has {count.read} lines, but"):
            count.check(name, sum(spans) - 1)


def test_time_is_linear_if_every_line_closes_and_opens_a_quote(
    tmp_path: Path,
) -> None:
    # If the reader started again at each of the 20,000 lines, it would take minutes.
    lines = 20_000
    (tmp_path / "a.csv").write_bytes(b'a,b,c\n"x,0,y\n' + b'a",0,"b\n' * lines)
    rows = list(read_rows(str(tmp_path / "a.csv"), is_row=lambda values: True))
    assert len(rows) == lines + 1


def test_json_lines_cells_become_text(tmp_path: Path) -> None:
    file = str(tmp_path / "a.jsonl")
    Path(file).write_text('{"i": 3, "f": 3.10, "t": true, "n": null, "l": [1]}\n')
    expected = Row(file, 1, {"i": "3", "f": "3.10", "t": "true", "n": ""})
    assert list(read_rows(file)) == [expected]
    assert columns_of(file) == ()


def test_parquet(tmp_path: Path) -> None:
    file = str(tmp_path / "a.parquet")
    texts = pyarrow.array([b"caf\xc3\xa9", b"caf\xe9", None], pyarrow.binary())
    table = pyarrow.table(
        {
            # Other writers can store a string column that is not UTF-8.
            "text": pyarrow.Array.from_buffers(pyarrow.string(), 3, texts.buffers()),
            "label": [1.0, None, 3.0],
            "desk": pyarrow.array(["a", "b", "a"]).dictionary_encode(),
            "list": [[1], [], None],
        }
    )
    parquet.write_table(table, file, row_group_size=2)
    columns = ("text", "label", "desk", "list")
    first, second, third = read_rows(file, needed=columns)
    assert first == Row(file, 1, {"text": "café", "label": "1.0", "desk": "a"})
    assert isinstance(second, BadRow)
    assert str(second) == f"{file}:2: column 'text' is not valid UTF-8"
    assert third == Row(file, 3, {"text": "", "label": "3.0", "desk": "a"})
    assert columns_of(file) == columns


@pytest.mark.parametrize("compression", ["", "GZIP"])
def test_tfrecord(tmp_path: Path, compression: str) -> None:
    file = write_records(
        tmp_path / "a.tfrecord",
        [{"text": [b"one"], "label": [2], "many": [1, 2], "none": []}],
        compression,
    )
    expected = Row(file, 1, {"text": "one", "label": "2", "none": ""})
    assert list(read_rows(file)) == [expected]


def test_a_record_that_is_not_an_example_is_one_bad_row(tmp_path: Path) -> None:
    import tensorflow as tf

    file = str(tmp_path / "a.tfrecord")
    with tf.io.TFRecordWriter(file) as writer:
        writer.write(b"\xff\xff")
    (bad,) = read_rows(file)
    assert isinstance(bad, BadRow)
    assert bad.reason == "is not a tf.Example"


def test_cut_tfrecord_is_named(tmp_path: Path) -> None:
    file = write_records(tmp_path / "a.tfrecord", [{"text": [b"one"]}] * 2)
    Path(file).write_bytes(Path(file).read_bytes()[:-3])
    rows = read_rows(file)
    next(rows)
    with pytest.raises(DataError, match=r"a\.tfrecord: record 2 is cut"):
        next(rows)


def rows_of(file: str, quoting: str = "auto") -> Iterator[Row]:
    for row in read_rows(file, Layout(quoting=quoting)):
        assert isinstance(row, Row)
        yield row


def write_records(
    path: Path, records: list[dict[str, list[Any]]], compression: str = ""
) -> str:
    import tensorflow as tf

    with tf.io.TFRecordWriter(str(path), compression) as writer:
        for record in records:
            example = tf.train.Example()
            for name, values in record.items():
                feature = example.features.feature[name]
                is_text = bool(values) and isinstance(values[0], bytes)
                target = feature.bytes_list if is_text else feature.int64_list
                target.value.extend(values)
            writer.write(example.SerializeToString())
    return str(path)
