"""Every kind of malformed file has one outcome, which the design documents."""

import errno
import gzip
import io
import json
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow
import pyarrow.parquet
import pytest
from tensorflow.core.example.example_pb2 import Example

from components.text_example_gen.row_reader import Source
from components.text_example_gen.splits import Division
from components.text_example_gen.transforms import BATCHES, NOTES, ReadFiles
from newsdesk.config.sections import Config
from newsdesk.rows import csv_lines, lines, streams, tf_records

GOOD = b"label,text\n0,first row\n"
LAST = b"1,last row\n"


class Kind(NamedTuple):
    """A kind of file, and its outcome: rows, bad rows, a fault of the file."""

    name: str
    content: bytes
    rows: int
    bad: dict[int, str] = {}
    fault: str = ""
    file: str = "rows.csv"
    settings: dict[str, Any] = {}


def parquet(text: Any = None, **others: Any) -> bytes:
    """Makes a Parquet file with these texts and other columns."""
    text = ["first row"] if text is None else text
    columns = {"label": [0] * len(text), "text": text}
    stream = io.BytesIO()
    table = pyarrow.table(columns | others)
    pyarrow.parquet.write_table(table, stream, compression="zstd")
    return stream.getvalue()


def zstd(content: bytes) -> bytes:
    """Packs bytes into one frame of Zstandard."""
    return bytes(pyarrow.compress(content, codec="zstd", asbytes=True))


def damaged(content: bytes) -> bytes:
    """Inverts bits where the first page begins."""
    return content[:8] + bytes(byte ^ 255 for byte in content[8:24]) + content[24:]


def pickled() -> Any:
    """Makes a column of a pickled extension type."""
    carried = {
        "ARROW:extension:name": "arrow.py_extension_type",
        "ARROW:extension:metadata": b"cos\nabort\n(tR.",
    }
    fields = [pyarrow.field("label", "int64"), pyarrow.field("text", "string")]
    fields.append(pyarrow.field("other", "string", metadata=carried))
    schema = pyarrow.schema(fields)
    table = pyarrow.table([[0], ["first row"], ["x"]], schema=schema)
    stream = io.BytesIO()
    pyarrow.parquet.write_table(table, stream)
    return stream.getvalue()


def record(length: int | None = None, **features: bytes) -> bytes:
    """Makes a record of a tf.Example with the label 0 and these features."""
    example = Example()
    example.features.feature["label"].int64_list.value.append(0)
    for name, value in features.items():
        example.features.feature[name].bytes_list.value.append(value)
    content = example.SerializeToString()
    head = struct.pack("<Q", len(content) if length is None else length)
    return head + tf_records.checksum(head) + content + tf_records.checksum(content)


FAR = pyarrow.array([253_402_300_800_000], pyarrow.timestamp("ms"))


def jsonl(*lines: str) -> bytes:
    return "\n".join(lines).encode() + b"\n"


KINDS = [
    Kind("BOM", b"\xef\xbb\xbf" + GOOD, 1),
    Kind("UTF-16", GOOD.decode().encode("utf-16"), 1),
    Kind(
        "UTF-16 without BOM",
        GOOD.decode().encode("utf-16-le"),
        0,
        fault='set data.encoding = "utf-16"',
    ),
    Kind(
        "UTF-16, encoding utf-8",
        GOOD.decode().encode("utf-16"),
        0,
        fault='set data.encoding = "auto"',
        settings={"encoding": "utf-8"},
    ),
    Kind(
        "UTF-16 without BOM, named",
        GOOD.decode().encode("utf-16-be"),
        1,
        settings={"encoding": "utf-16"},
    ),
    Kind(
        "UTF-8, encoding utf-16",
        GOOD,
        0,
        fault='is not UTF-16; set data.encoding = "auto"',
        settings={"encoding": "utf-16"},
    ),
    Kind(
        "UTF-16 with a cut end",
        "label,text\n0,a\n0,last".encode("utf-16") + b"\xe4",
        1,
        {3: "not valid UTF-16 at character 7"},
    ),
    Kind(
        "NUL in UTF-16",
        "label,text\n0,a\0b\n0,c\n".encode("utf-16"),
        1,
        {2: "contains a NUL"},
    ),
    Kind("UTF-32", GOOD.decode().encode("utf-32"), 0, fault="iconv -f UTF-32"),
    Kind(
        "Windows-1252, named",
        GOOD + b"0,caf\xe9 5 \x80\n",
        2,
        settings={"encoding": "windows-1252"},
    ),
    Kind(
        "Windows-1252: a byte that is no character",
        GOOD + b"0,caf\xe9 \x81\n" + LAST,
        2,
        {3: "not valid Windows-1252 at character 8"},
        settings={"encoding": "windows-1252"},
    ),
    Kind("Latin-1", GOOD + b"0,caf\xe9\n" + LAST, 2, {3: "not valid UTF-8 at byte 6"}),
    Kind(
        "Latin-1 header", b"label,text,caf\xe9\n", 0, fault="at byte 15, in the header"
    ),
    Kind("NUL", GOOD + b"0,a\0b\n" + LAST, 2, {3: "contains a NUL"}),
    Kind("CR only", GOOD.replace(b"\n", b"\r") + b"x", 0, fault="carriage return"),
    Kind("CR in a cell", GOOD + b"0,a\rb\n" + LAST, 2, {3: "outside of quotes"}),
    Kind("CR LF", GOOD.replace(b"\n", b"\r\n"), 1),
    Kind("lone quote to the end", GOOD + b'0,"a\n' + LAST, 2, {3: "line 3 is never"}),
    Kind(
        "lone quote before quotes",
        GOOD + b'0,"a\n1,"last row, quoted"\n',
        2,
        {3: "quote closes inside a cell, on line 4"},
    ),
    Kind(
        "lone quotes that pair up",
        GOOD + b'0,"a\n0,b\n1,c\n2,d"\n' + LAST,
        5,
        {3: "on line 3 pairs up with one on line 6, but these lines are rows"},
    ),
    Kind(
        "lone quotes that pair up, text first",
        b'text,label\n"a,0\nb,1\n\nc",2\nd,3\n',
        3,
        {2: "on line 2 pairs up with one on line 5"},
    ),
    Kind(
        "lone quotes that pair up, one row between them bad",
        GOOD + b'0,"a\n0,b\n9,c\n2,d\n3,e"\n' + LAST,
        5,
        {3: "pairs up with one on line 7", 5: "unknown label '9'"},
    ),
    Kind(
        "lone quotes that pair up, bad bytes between them",
        GOOD + b'0,"a\n0,b\xff\n1,c\0\n2,d\n3,e\n1,f\n2,g"\n' + LAST,
        6,
        {3: "pairs up with one on line 9", 4: "not valid UTF-8", 5: "contains a NUL"},
    ),
    Kind(
        "lone quotes that pair up and leave a cell too many",
        GOOD + b'0,"a\n0,b\n1,c",d\n' + LAST,
        3,
        {
            3: "has 3 cells, but 2 are expected; it continues to line 5",
            5: "has 3 cells, but 2 are expected",
        },
    ),
    Kind(
        "lone quotes in TSV",
        b'label\ttext\n0\t"a\n1\t"b" c\n2\td"\n3\t"e"\n',
        4,
        file="rows.tsv",
    ),
    Kind(
        "lone quotes in TSV, quoting standard",
        b'label\ttext\n0\t"a\n1\tb\n2\td"\n',
        2,
        {2: "on line 2 pairs up with one on line 4"},
        file="rows.tsv",
        settings={"quoting": "standard"},
    ),
    Kind(
        "delimiter in quotes in TSV",
        b'label\ttext\n0\t"a\tb"\n1\tc\n',
        1,
        {2: 'if they enclose cells, set data.quoting = "standard"'},
        file="rows.tsv",
    ),
    Kind(
        "header in quotes in TSV",
        b'"label"\t"text"\n"0"\t"a"\n',
        0,
        fault='quotes mean nothing in this file; set data.quoting = "standard"',
        file="rows.tsv",
    ),
    Kind(
        "CR in a cell of TSV",
        b"label\ttext\n0\ta\rb\n",
        0,
        {2: "contains a carriage return inside a cell"},
        file="rows.tsv",
    ),
    Kind("a row within a text of several lines", GOOD + b'0,"a\n1,b\nc"\n' + LAST, 3),
    Kind("backslash quotes", GOOD + b'0,"a \\"b\\" c"\n' + LAST, 2, {3: "inside"}),
    Kind("stray quote in a plain cell", GOOD + b'0,a "b" c\n' + LAST, 3),
    Kind("embedded newlines", GOOD + b'0,"a\n\nb"\n' + b"7,x\n", 2, {6: "'7'"}),
    Kind(
        "10 MB cell",
        GOOD + b"0," + b"a" * 10_000_000 + b"\n" + LAST,
        2,
        {3: "longer than 1,000,000 characters"},
    ),
    Kind(
        "17 MB line",
        GOOD + b'0,"' + b"a" * 17_000_000 + b'"\n' + LAST,
        2,
        {3: "longer than 16 MiB"},
    ),
    Kind("empty file", b"", 0, fault="is empty"),
    Kind("blank lines only", b"\n\n", 0, fault="only blank lines"),
    Kind("header only", b"label,text\n", 0),
    Kind("no header", b"0,first row\n", 0, fault="columns are '0', 'first row'"),
    Kind(
        "headerless by data.columns",
        b"0,first row\n",
        1,
        settings={"columns": ["label", "text"]},
    ),
    Kind(
        "header in spite of data.columns",
        GOOD,
        1,
        {1: "is a header, not a row"},
        settings={"columns": ["label", "text"]},
    ),
    Kind("duplicate header", b"label,text,text\n0,a,b\n", 0, fault="'text' twice"),
    Kind("reordered header", b"text,label\nfirst row,0\n", 1),
    Kind("missing column", b"label,body\n0,a\n", 0, fault="no column 'text'; its"),
    Kind("extra cell", GOOD + b"0,a,b\n" + LAST, 2, {3: "has 3 cells, but 2"}),
    Kind("missing cell", GOOD + b"0\n" + LAST, 2, {3: "has 1 cells, but 2"}),
    Kind("extra column", b"label,text,more\n0,a,b\n", 1),
    Kind("label out of range", GOOD + b"4,a\n", 1, {3: "unknown label '4'"}),
    Kind("negative label", GOOD + b"-1,a\n", 1, {3: "unknown label '-1'"}),
    Kind("label as text", GOOD + b"Sports,a\n", 2),
    Kind("label in other case", GOOD + b"sports,a\n", 1, {3: "unknown label 'sports'"}),
    Kind("label as a fraction", GOOD + b"1.5,a\n", 1, {3: "unknown label '1.5'"}),
    Kind("label as a float", GOOD + b" 1.0 ,a\n", 2),
    Kind(
        "label as a number of another form",
        b"label,text\n1,a\n1.0,b\n+01,c\n1e0,d\n0,e\n",
        5,
        settings={"labels": ["1", "0"]},
    ),
    Kind(
        "number that is not a label",
        b"label,text\n1,a\n2,b\n5,c\nnan,d\n\xd9\xa1,e\n",
        2,
        {
            3: "unknown label '2'; the labels are 1, 3, 5; numbers are compared by",
            5: "unknown label 'nan'",
            6: "unknown label '١'",
        },
        settings={"labels": ["1", "3", "5"]},
    ),
    Kind("empty label", GOOD + b",a\n", 1, {3: "the label is empty (label)"}),
    Kind("empty text", GOOD + b"0,  \n", 1, {3: "the text is empty (text)"}),
    Kind(
        "text without width",
        GOOD + "0,\u200b\ufeff\n".encode(),
        1,
        {3: "the text is empty"},
    ),
    Kind("numeric text column", GOOD + b"0,12.5\n", 2),
    Kind("blank lines", GOOD + b"\n\n" + LAST + b"\n", 2),
    Kind("delimiters only", GOOD + b",\n", 1, {3: "the text is empty"}),
    Kind("gzip named .csv", gzip.compress(GOOD), 1),
    Kind("zstd named .csv", zstd(GOOD), 1),
    Kind("zstd of two frames", zstd(GOOD) + zstd(LAST + b"\n"), 2, file="rows.csv.zst"),
    Kind("cut zstd", zstd(GOOD)[:-1], 0, fault="zstd stream ends early"),
    Kind(
        "damaged zstd",
        # A block of the reserved type.
        b"\x28\xb5\x2f\xfd\0\0\7\0\0",
        0,
        fault="zstd stream is damaged",
    ),
    Kind(
        "zstd with a window of over 128 MiB",
        # An empty block after a window of 1 GiB.
        b"\x28\xb5\x2f\xfd\0\xa0\1\0\0",
        0,
        fault="needs more than 128 MiB to unpack",
    ),
    Kind(
        "zstd that unpacks to far more than text",
        zstd(bytes(65 * 2**20)),
        0,
        fault="unpacks to more than 250 times its size",
    ),
    Kind("plain file named .gz", GOOD, 1, file="rows.csv.gz"),
    Kind("cut gzip", gzip.compress(GOOD)[:-9], 0, fault="ends early"),
    Kind("damaged gzip", gzip.compress(GOOD)[:-8] + bytes(8), 0, fault="is damaged"),
    Kind(
        "gzip of blank lines",
        gzip.compress(b"\n" * 150_000),
        0,
        fault=":100001: more than 100,000 blank lines follow each other",
    ),
    Kind(
        "gzip that unpacks to far more than text",
        gzip.compress(bytes(2**20)) * 65,
        0,
        fault="unpacks to more than 250 times its size",
    ),
    Kind(
        "bad bytes in a column that is not needed",
        b"label,image,text\n0,\xff\0,a\n1,b,\xff\n2,c,\0\n" + b"3," * 2 + b"d\n",
        2,
        {3: "is not valid UTF-8 at byte 5", 4: "contains a NUL character"},
    ),
    Kind(
        "JSON Lines: bad values under keys that are not needed",
        b'{"label": 0, "text": "a", "\\ud800": 1, "b": "\\ud800\\u0000"}\n'
        b'{"label": 1, "text": "a", "b": "\xff", "c\xff": "\0"}\n'
        b'{"label": 2, "text": "\xff"}\n{"label": 2, "text": "\0"}\n',
        2,
        {3: "is not valid UTF-8 at byte 23", 4: "contains a NUL character"},
        file="rows.jsonl",
    ),
    Kind(
        "JSON Lines: NaN as a cell",
        jsonl('{"label": 0, "text": "NaN"}', '{"label": NaN, "text": "a"}'),
        1,
        {2: "the label is empty"},
        file="rows.jsonl",
    ),
    Kind("formula cells", GOOD + b'0,"=HYPERLINK(""x"")"\n', 2),
    Kind("right to left, emoji", GOOD + "0,\u202eשלום 👩‍🚀\n".encode(), 2),
    Kind("no newline at the end", GOOD.rstrip(), 1),
    Kind("unknown ending", GOOD, 0, fault="set data.format", file="rows.txt"),
    Kind("unknown ending, named", GOOD, 1, file="r.txt", settings={"format": "csv"}),
    Kind(
        "semicolons", GOOD.replace(b",", b";"), 0, fault="separates its cells by semi"
    ),
    Kind(
        "quoted semicolons", b'"label";"text"\n"0";"a, b"\n', 0, fault="by semicolons"
    ),
    Kind("vertical bars", GOOD.replace(b",", b"|"), 0, fault="by vertical bars"),
    Kind(
        "\\x01 between cells",
        GOOD.replace(b",", b"\1"),
        0,
        fault="delimiter='\\x01'",
    ),
    Kind("tabs in CSV", GOOD.replace(b",", b"\t"), 0, fault='data.format = "tsv"'),
    Kind("commas in TSV", GOOD, 0, fault='data.format = "csv"', file="rows.tsv"),
    Kind(
        "semicolons by data.columns",
        b"0;first row\n1;last, row\n",
        0,
        fault="by semicolons",
        settings={"columns": ["label", "text"]},
    ),
    Kind("Excel's sep line", b"sep=,\n" + GOOD, 1),
    Kind(
        "Excel's sep line, delimiter named",
        b"sep=;\r\n" + GOOD.replace(b",", b";"),
        1,
        settings={"delimiter": ";"},
    ),
    Kind(
        "semicolons, named",
        GOOD.replace(b",", b";") + b'0;"a; b"\n',
        2,
        settings={"delimiter": ";"},
    ),
    Kind(
        "commas, delimiter ;",
        GOOD,
        0,
        fault='by commas, not by semicolons; set data.delimiter = ","',
        settings={"delimiter": ";"},
    ),
    Kind(
        "Excel's sep line with semicolons",
        b"sep=;\r\n" + GOOD.replace(b",", b";"),
        0,
        fault="Excel's line sep=;, not a header; the cells are separated by semicolons",
    ),
    Kind("header in the middle", GOOD + GOOD, 2, {3: "is a header, not a row"}),
    Kind(
        "header in the middle, named as a label",
        b"text,spam\na,ham\ntext,spam\nb,spam\n",
        2,
        {3: "is a header, not a row"},
        settings={"label_column": "spam", "labels": ["ham", "spam"]},
    ),
    Kind("text named as its column", GOOD + b"1,text\n", 2),
    Kind("ZIP or Excel", b"PK\3\4\x14\0", 0, fault="is a ZIP archive or an Excel"),
    Kind("bzip2 or xz", b"BZh91AY&SY", 0, fault="is packed with bzip2; unpack"),
    Kind(
        "gzip inside gzip",
        gzip.compress(gzip.compress(GOOD)),
        0,
        fault="is gzip inside gzip",
    ),
    Kind(
        "zstd inside gzip",
        gzip.compress(zstd(GOOD)),
        0,
        fault="is zstd inside zstd or gzip",
    ),
    Kind("Parquet named .csv", parquet(), 0, fault='set data.format = "parquet"'),
    Kind("web page", b"<!DOCTYPE html>\n", 0, fault="is a web page"),
    Kind(
        "pointer of Git LFS",
        b"version https://git-lfs.github.com/spec/v1\n",
        0,
        fault="is a pointer of Git LFS",
        file="rows.parquet",
    ),
    Kind(
        "JSON Lines named .csv",
        jsonl('{"text": "a, b", "label": 0}', '{"text": "c, d", "label": 1}'),
        0,
        fault='is JSON Lines, with an object per line; set data.format = "jsonl"',
    ),
    Kind(
        "TFRecord: a feature twice, once with spaces",
        record(None, **{"text": b"a", " text": b"b"})
        + record(None, **{"text": b"a", " b": b"", "b": b""}),
        1,
        {1: "two features differ only in the space"},
        file="rows.tfrecord",
    ),
    Kind(
        "JSON Lines: a key twice, once with spaces",
        jsonl('{"text": "a", "label": 0, "label ": 1}', '{"text": "b", "label": 0}'),
        1,
        {1: "has the key 'label' twice"},
        file="rows.jsonl",
    ),
    Kind("no Parquet", GOOD, 0, fault="as Parquet", file="rows.parquet"),
    Kind("no TFRecord", GOOD, 0, fault="record 1 is cut", file="rows.tfrecord"),
    Kind(
        "JSON Lines: broken objects",
        jsonl(
            '{"label": 0, "text": "first"}',
            '{"label": 0, "text": "cut',
            "[1]",
            "",
            '{"text": "a"}',
            '{"label": 0, "text": ["a", "b"]}',
            '{"label": 0, "text": null}',
            '{"label": 0, "text": "\\ud800"}',
            '{"label": 0, "text": "a\\u0000"}',
            "[" * 100_000,
            '{"label": 1.0, "text": 3}',
        ),
        2,
        {
            2: "is not JSON at character",
            3: "is not a JSON object",
            5: "column 'label' is missing",
            6: "column 'text' contains a list of 2 values",
            7: "the text is empty",
            8: "column 'text' is not valid UTF-8",
            9: "column 'text' contains a NUL",
            10: "is nested too deeply",
        },
        file="rows.jsonl",
    ),
    Kind("Parquet: binary column", parquet(image=[b"\xff\0"]), 1, file="a.parquet"),
    Kind("Parquet: NUL in another column", parquet(x=["\0"]), 1, file="a.parquet"),
    Kind("Parquet: date after 9999", parquet(valid_to=FAR), 1, file="a.parquet"),
    Kind("Parquet: nested column", parquet(x=[{"text": [1]}]), 1, file="a.parquet"),
    Kind("Parquet: pickled extension type", pickled(), 1, file="a.parquet"),
    Kind(
        "TFRecord: image beside the text",
        record(text=b"first row", image=b"\xff\0"),
        1,
        file="a.tfrecord",
    ),
    Kind(
        "Parquet: text is not UTF-8",
        parquet([b"caf\xe9", b"last row"]),
        1,
        {1: "column 'text' is not valid UTF-8"},
        file="a.parquet",
    ),
    Kind(
        "Parquet: date after 9999 as text",
        parquet(FAR),
        0,
        {1: "column 'text' contains a timestamp[ms] that cannot be read"},
        file="a.parquet",
    ),
    Kind(
        "Parquet: cell of over 1,000,000 characters",
        parquet(["x" * 1_000_001, "last row"]),
        1,
        {1: "column 'text' is longer than 1,000,000 characters"},
        file="a.parquet",
    ),
    Kind(
        "TFRecord: text is not UTF-8",
        record(text=b"caf\xe9") + record(text=b"last row"),
        1,
        {1: "column 'text' is not valid UTF-8"},
        file="a.tfrecord",
    ),
    Kind(
        "Parquet: unpacks to over 256 MiB and 1,000 times its size",
        parquet(pyarrow.nulls(3_000_000, pyarrow.string())),
        0,
        fault="unpacks to more than 256 MiB by row 3,000,000",
        file="a.parquet",
    ),
    Kind(
        "Parquet: damaged",
        damaged(parquet()),
        0,
        fault="cannot be read as Parquet in rows 1 to 1:",
        file="a.parquet",
    ),
    Kind(
        "Parquet inside gzip",
        gzip.compress(parquet()),
        0,
        fault="is Parquet inside gzip",
        file="a.parquet",
    ),
    Kind(
        "Parquet inside zstd",
        zstd(parquet()),
        0,
        fault="is Parquet inside zstd",
        file="a.parquet",
    ),
    Kind(
        "TFRecord: record of over 256 MiB",
        record(length=2**40, text=b"first row"),
        0,
        fault="record 1 has 1,099,511,627,776 bytes",
        file="a.tfrecord",
    ),
    Kind("JSON array", b'[{"label": 0}]', 0, fault="JSON array", file="rows.json"),
    Kind(
        "JSON array after a blank line",
        b'\n[\n{"label": 0, "text": "a"},\n{"label": 1, "text": "b"}\n]\n',
        0,
        fault="is a JSON array, but JSON Lines has one object per line",
        file="rows.json",
    ),
    Kind(
        "JSON over several lines",
        json.dumps({"label": 0, "text": "a"}, indent=2).encode(),
        0,
        fault="writes each JSON object over several lines",
        file="rows.jsonl",
    ),
    Kind(
        "JSON Lines with a cut first row",
        jsonl('{"label": 0,', '"text": "a"}', *['{"label": 1, "text": "b"}'] * 3),
        3,
        {1: "is not JSON", 2: "is not JSON"},
        file="rows.jsonl",
    ),
    Kind(
        "JSON NaN",
        jsonl('{"label": 1, "text": "a"}', '{"label": NaN, "text": "b"}'),
        1,
        {2: "the label is empty"},
        file="rows.jsonl",
    ),
    Kind(
        "JSON lists and objects",
        jsonl(
            '{"label": [1], "text": "a"}',
            '{"label": 1, "text": ["a", "b"]}',
            '{"label": 1, "text": {"body": "a"}}',
            '{"label": 1, "doc": {"meta": {"text": "a"}}}',
        ),
        0,
        {
            1: "column 'label' contains a list of one value; write the value itself",
            2: "column 'text' contains a list of 2 values instead of one",
            3: "column 'text' contains an object (text.body); write text.body as a",
            4: "column 'text' is missing, but there is doc.meta.text inside an object",
        },
        file="rows.jsonl",
    ),
]


@pytest.fixture
def read(make_config: Callable[..., Config]) -> Callable[..., Any]:
    """Reads a file as a worker does: rows, bad rows by number, faults, all rows."""

    def read_file(file: Path, **settings: Any) -> Any:
        section = {"text_columns": ["text"], "label_column": "label"} | settings
        data = make_config(data=section).data
        source = Source(str(file), Division.by({"train": 1}))
        rows, total, bad, faults = 0, 0, {}, []
        for output in ReadFiles(data).process(source):
            if output.tag == BATCHES:
                rows += len(output.value.rows)
            if output.tag != NOTES:
                continue
            found = json.loads(output.value)
            total += found.get("rows", 0)
            if "bad" in found:
                bad[found["bad"]["number"]] = found["bad"]
            faults += [found["fault"]] if "fault" in found else []
        return rows, bad, faults, total

    return read_file


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_outcome(kind: Kind, tmp_path: Path, read: Callable[..., Any]) -> None:
    file = tmp_path / kind.file
    file.write_bytes(kind.content)
    rows, bad, faults, total = read(file, **kind.settings)
    assert rows == kind.rows or kind.fault
    assert list(bad) == list(kind.bad)
    for number, reason in kind.bad.items():
        assert reason in bad[number]["reason"]
        assert len(bad[number]["content"]) <= 500
    assert total == rows + len(bad)
    if kind.fault:
        assert kind.fault in faults[0]
        assert faults[0].startswith(str(file))
    else:
        assert not faults


def test_every_kind_is_documented(repository: Path) -> None:
    text = (repository / "docs" / "design" / "rows-and-files.md").read_text()
    assert [kind.name for kind in KINDS if kind.name not in text] == []


def test_rows_over_several_lines_are_counted(
    tmp_path: Path, make_config: Callable[..., Config]
) -> None:
    (tmp_path / "rows.csv").write_bytes(GOOD + b'0,"a\nb"\n1,"c\n"\n8,"d\n"\n')
    data = make_config(data={"text_columns": ["text"], "label_column": "label"}).data
    source = Source(str(tmp_path / "rows.csv"), Division.by({"train": 1}))
    *_, last = ReadFiles(data).process(source)
    assert json.loads(last.value) == {"rows": 4, "over_lines": 2}


def test_a_lost_line_stops_the_run(
    tmp_path: Path, read: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_lines.CsvLines, "put_back", lambda *_: None)
    (tmp_path / "rows.csv").write_bytes(GOOD + b'0,"a\n1,"b"\n')
    (fault,) = read(tmp_path / "rows.csv")[2]
    assert "rows.csv: has 4 lines, but the reader counted 1 in the header" in fault


def test_the_longest_line_that_is_skipped_has_a_limit(
    tmp_path: Path, read: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "MAX_SKIPPED", 2**25)
    (tmp_path / "rows.csv").write_bytes(GOOD + b"a" * (2**25 + 2))
    (fault,) = read(tmp_path / "rows.csv")[2]
    assert ":3: the line is longer than" in fault


def test_bad_bytes_stay_visible(tmp_path: Path, read: Callable[..., Any]) -> None:
    (tmp_path / "rows.csv").write_bytes(GOOD + b"0,caf\xe9\n")
    _, bad, _, _ = read(tmp_path / "rows.csv")
    assert bad[3]["content"] == "0,caf\\xe9\n"


def test_pipe_folder_and_missing_file_are_refused(
    tmp_path: Path, read: Callable[..., Any]
) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    assert "is a pipe" in read(tmp_path / "pipe.csv")[2][0]
    assert "is a folder" in read(tmp_path / "folder.csv")[2][0]
    assert "No such file" in read(tmp_path / "missing.csv")[2][0]


def test_unreadable_file_is_named(
    tmp_path: Path, read: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file: str) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied")

    file = tmp_path / "rows.csv"
    file.write_bytes(GOOD)
    # Root can read files without read permission, so the test must raise the error.
    monkeypatch.setattr(streams, "is_gzip", refuse)
    assert f"{file}: cannot be read: Permission denied" in read(file)[2][0]


def test_link_is_followed(tmp_path: Path, read: Callable[..., Any]) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "rows.csv").write_bytes(GOOD)
    (tmp_path / "link.csv").symlink_to(tmp_path / "far" / "rows.csv")
    assert read(tmp_path / "link.csv")[0] == 1
