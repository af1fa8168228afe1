"""The Parquet reader: what it reads, what it leaves out, and hostile files."""

import ast
import datetime
import os
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pytest
from pyarrow import parquet

from newsdesk.errors import DataError
from newsdesk.rows import parquet_worker
from newsdesk.rows.parquet_opener import open_parquet
from newsdesk.rows.readers import BadRow, Row, columns_of, read_rows

NEEDED = ("text", "label")
ROWS = 5
# The first time that Python cannot express, in milliseconds.
YEAR_10000 = 253_402_300_800_000
OTHERS = {
    "binary": pyarrow.array([b"\x89PNG\xff\0"] * ROWS),
    "fixed binary": pyarrow.array([b"\xff\0"] * ROWS, pyarrow.binary(2)),
    "NUL": pyarrow.array(["a\0b"] * ROWS),
    "timestamp after 9999": pyarrow.array([YEAR_10000] * ROWS, pyarrow.timestamp("ms")),
    "unknown time zone": pyarrow.array([0] * ROWS, pyarrow.timestamp("ms", "Mars/X")),
    "nanoseconds": pyarrow.array([1] * ROWS, pyarrow.timestamp("ns")),
    "far date": pyarrow.array([2**31 - 1] * ROWS, pyarrow.int32()).cast("date32"),
    "duration": pyarrow.array([2**62] * ROWS, pyarrow.duration("s")),
    "list": pyarrow.array([[0.5, 1.0]] * ROWS),
    "struct": pyarrow.array([{"text": "inner", "n": [1]}] * ROWS),
    "map": pyarrow.array([[("a", 1)]] * ROWS, pyarrow.map_("string", "int64")),
    "null": pyarrow.nulls(ROWS),
    "long": pyarrow.array(["x" * 1_000_001] * ROWS),
    "decimal": pyarrow.array([10**37] * ROWS, pyarrow.decimal128(38)),
}


def write(file: Path, /, **others: Any) -> str:
    """Writes a table with text, label and other columns."""
    columns = {
        "text": [f"text {number}" for number in range(ROWS)],
        "label": pyarrow.array(range(ROWS)),
    }
    # Only format version 2.6 or newer keeps nanoseconds.
    parquet.write_table(pyarrow.table(columns | others), file, version="2.6")
    return str(file)


def values(file: str, needed: tuple[str, ...] | None = NEEDED) -> list[dict[str, str]]:
    return [row.values for row in rows_of(file, needed)]


def rows_of(file: str, needed: tuple[str, ...] | None) -> Iterator[Row]:
    for row in read_rows(file, needed=needed):
        assert isinstance(row, Row)
        yield row


@pytest.mark.parametrize("kind", OTHERS)
def test_column_that_is_not_needed_is_not_read(tmp_path: Path, kind: str) -> None:
    file = write(tmp_path / "a.parquet", other=OTHERS[kind])
    assert columns_of(file) == ("text", "label", "other")
    assert values(file) == [
        {"text": f"text {number}", "label": str(number)} for number in range(ROWS)
    ]


@pytest.mark.parametrize("kind", OTHERS)
def test_cell_that_cannot_be_text_is_left_out_if_all_are_read(
    tmp_path: Path, kind: str
) -> None:
    found = values(write(tmp_path / "a.parquet", other=OTHERS[kind]), None)
    assert [row["text"] for row in found] == [f"text {row}" for row in range(ROWS)]
    text = {"null": "", "decimal": str(10**37), "nanoseconds": "1970-01-01 00:00:00.0"}
    for row in found:
        assert row.get("other", "").startswith(text.get(kind, ""))
        assert ("other" in row) == (kind in text)


def test_unused_columns_of_shared_files_are_not_read(shared: Path) -> None:
    folder = shared / "cases" / "w04_unused_columns"
    files = list(folder.glob("*.parquet"))
    assert len(files) == 3
    for file in files:
        assert len(values(str(file))) == 200
        found = values(str(file), None)
        assert [row for row in found if not set(NEEDED) <= set(row)] == []
        assert len(found) == 200


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("binary", "is not valid UTF-8"),
        ("fixed binary", "is not valid UTF-8"),
        ("NUL", "contains a NUL character"),
        ("timestamp after 9999", r"contains a timestamp\[ms\] that cannot be read"),
        ("unknown time zone", r"contains a timestamp\[ms, tz=Mars/X\] that cannot be"),
        ("far date", r"contains a date32\[day\] that cannot be read"),
        ("duration", r"contains a duration\[s\] that cannot be read"),
        ("long", "is longer than 1,000,000 characters"),
    ],
)
def test_needed_cell_that_cannot_be_text_is_a_bad_row(
    tmp_path: Path, kind: str, reason: str
) -> None:
    file = write(tmp_path / "a.parquet", other=OTHERS[kind])
    found = list(read_rows(file, needed=("other",)))
    assert len(found) == ROWS
    for number, row in enumerate(found, 1):
        assert isinstance(row, BadRow)
        assert str(row).startswith(f"{file}:{number}: column 'other' ")
        assert re.search(reason, row.reason)


def test_one_far_timestamp_costs_one_row(tmp_path: Path) -> None:
    when = pyarrow.array([0, YEAR_10000, None, 0, 0], pyarrow.timestamp("ms"))
    rows = list(read_rows(write(tmp_path / "a.parquet", when=when), needed=["when"]))
    bad = [row for row in rows if isinstance(row, BadRow)]
    assert [(row.number, row.content) for row in bad] == [(2, str(YEAR_10000))]
    assert [row.values for row in rows if isinstance(row, Row)] == [
        {"when": text}
        for text in ("1970-01-01 00:00:00", "", *["1970-01-01 00:00:00"] * 2)
    ]


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (pyarrow.array(["é"], pyarrow.large_string()), "é"),
        (pyarrow.array(["é".encode()]), "é"),
        (pyarrow.array([b"ab"], pyarrow.binary(2)), "ab"),
        (pyarrow.array(["a"]).dictionary_encode(), "a"),
        (pyarrow.array([datetime.date(2020, 2, 1)]), "2020-02-01"),
        (pyarrow.array([datetime.time(1, 2, 3)]), "01:02:03"),
        (pyarrow.array([datetime.timedelta(days=1)]), "1 day, 0:00:00"),
        (pyarrow.array([True]), "true"),
        (pyarrow.array([float("nan")]), ""),
        (pyarrow.array([None], pyarrow.dictionary("int32", "string")), ""),
        (pyarrow.array([2**64 - 1], pyarrow.uint64()), str(2**64 - 1)),
    ],
    ids=lambda value: str(value.type) if hasattr(value, "type") else repr(value),
)
def test_value_as_text(tmp_path: Path, column: Any, text: str) -> None:
    parquet.write_table(pyarrow.table({"x": column}), tmp_path / "a.parquet")
    assert values(str(tmp_path / "a.parquet"), ("x",)) == [{"x": text}]


def test_half_floats(tmp_path: Path) -> None:
    file = str(tmp_path / "a.parquet")
    half = pyarrow.array([numpy.float16(0.5)])
    try:
        parquet.write_table(pyarrow.table({"x": half}), file)
    except pyarrow.ArrowNotImplementedError:
        pytest.skip("this pyarrow cannot write half floats")
    assert values(file, ("x",)) == [{"x": "0.5"}]


def test_names_with_dots(tmp_path: Path) -> None:
    columns = {"a": ["x"], "a.b": ["y"], "c": [{"d": 1}], "c.d": ["z"]}
    parquet.write_table(pyarrow.table(columns), tmp_path / "a.parquet")
    file = str(tmp_path / "a.parquet")
    assert values(file, ("c.d", "a")) == [{"a": "x", "c.d": "z"}]
    assert values(file, ("a.b",)) == [{"a.b": "y"}]
    assert values(file, ("none",)) == [{}]


@pytest.mark.slow
def test_rows_come_in_bounded_batches(tmp_path: Path) -> None:
    file = str(tmp_path / "a.parquet")
    cells = pyarrow.array(["x" * 900_000, "y" * 900_000] * 50).dictionary_encode()
    parquet.write_table(pyarrow.table({"text": cells}), file)
    with parquet_worker.worker() as process:
        sizes = [answer["rows"] for answer in process.ask(file, needed=["text"])]
    assert sum(sizes) == 100
    assert max(sizes) <= 20


def test_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.parquet")
    (tmp_path / "b.parquet").write_bytes(b"PAR1")
    monkeypatch.chdir(tmp_path)
    assert len(values("a.parquet")) == ROWS
    with pytest.raises(DataError, match=r"^b\.parquet: cannot be read as Parquet: "):
        columns_of("b.parquet")


def test_file_name_that_is_not_utf_8(tmp_path: Path) -> None:
    name = os.path.join(str(tmp_path), os.fsdecode(b"caf\xe9.parquet"))
    with open(name, "wb") as stream:
        parquet.write_table(pyarrow.table({"text": ["a\0"]}), stream)
    (row,) = read_rows(name, needed=("text",))
    assert (
        str(row)
        == f"{tmp_path}/caf\\xe9.parquet:1: column 'text' contains a NUL character"
    )
    with open(name, "wb") as stream:
        stream.write(b"PAR1")
    with pytest.raises(
        DataError, match=r"/caf\\xe9\.parquet: cannot be read as Parquet"
    ):
        columns_of(name)


# Code in a file, and files that need too much memory.


def hostile(file: Path, canary: Path, storage: Any = None) -> str:
    """Writes a file whose Arrow schema unpickles to a call of os.mkdir."""
    payload = b"cos\nmkdir\n(V" + os.fsencode(canary) + b"\ntR."
    carried = {
        "ARROW:extension:name": "arrow.py_extension_type",
        "ARROW:extension:metadata": payload,
    }
    storage = pyarrow.array(["a", "b"]) if storage is None else storage
    field = pyarrow.field("x", storage.type, metadata=carried)
    schema = pyarrow.schema([("text", pyarrow.string()), field])
    table = pyarrow.table([["one", "two"], storage], schema=schema)
    parquet.write_table(table, file)
    return str(file)


def test_pickled_extension_type_is_read_as_its_storage(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    file = hostile(tmp_path / "a.parquet", canary)
    assert columns_of(file) == ("text", "x")
    assert values(file, ("text",)) == [{"text": "one"}, {"text": "two"}]
    assert values(file, ("x",)) == [{"x": "a"}, {"x": "b"}]
    assert values(file, None) == [{"text": "one", "x": "a"}, {"text": "two", "x": "b"}]
    assert open_parquet(file).read(columns=["text"]).num_rows == 2
    assert not canary.exists()


def test_only_one_module_opens_parquet(repository: Path) -> None:
    openers = {"ParquetFile", "read_table", "read_parquet", "ParquetDataset"}
    found = {
        str(file.relative_to(repository))
        for room in ("components", "kubeflow", "newsdesk", "pipeline", "trainer")
        for file in (repository / room).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).split(".")[-1] in openers
    }
    assert found == {"newsdesk/rows/parquet_opener.py"}


@pytest.mark.slow
def test_file_that_unpacks_to_40_gib_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    indices = pyarrow.array(numpy.zeros(50_000, numpy.int32))
    cells = pyarrow.DictionaryArray.from_arrays(indices, ["x" * 900_000])
    parquet.write_table(pyarrow.table({"text": cells}), file, compression="zstd")
    assert file.stat().st_size < 5000
    reason = r"unpacks to more than 256 MiB by row \d+, over 1,000 times the size"
    with pytest.raises(DataError, match=f"^{file}: {reason}"):
        list(read_rows(str(file), needed=("text",)))


def test_rows_without_bytes_are_refused(tmp_path: Path) -> None:
    file = str(tmp_path / "a.parquet")
    parquet.write_table(
        pyarrow.table({"text": pyarrow.nulls(3_000_000, "string")}), file
    )
    with pytest.raises(DataError, match="256 MiB by row 3,000,000, over 1,000 times"):
        next(read_rows(file))


@pytest.mark.slow
def test_memory_of_the_reader_is_limited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(tmp_path / "a.parquet")
    parquet.write_table(pyarrow.table({"text": ["x" * 300_000_000]}), file)
    code = (
        "from newsdesk.rows import parquet_process as process\n"
        "process.MAX_MEMORY = 2**29\n"
        "process.main()"
    )
    monkeypatch.setattr(parquet_worker, "COMMAND", (sys.executable, "-c", code))
    monkeypatch.setattr(parquet_worker, "idle", [])
    with pytest.raises(
        DataError, match=f"^{file}: .*(needs more memory to unpack|GiB.* to unpack)"
    ):
        list(read_rows(file, needed=("text",)))


def test_crash_of_the_reader_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "a.parquet")
    code = "import os; input(); os.kill(os.getpid(), 11)"
    monkeypatch.setattr(parquet_worker, "COMMAND", (sys.executable, "-c", code))
    monkeypatch.setattr(parquet_worker, "idle", [])
    reason = (
        "after 0 rows the library that reads Parquet ended with SIGSEGV; the file is"
    )
    with pytest.raises(DataError, match=f"^{file}: {reason} damaged"):
        list(read_rows(file))


def test_the_process_ends_if_its_file_is_not_read_to_the_end(tmp_path: Path) -> None:
    file = write(tmp_path / "a.parquet")
    rows = read_rows(file)
    next(rows)
    rows.close()  # type: ignore[attr-defined]
    assert len(values(file)) == ROWS


def test_process_that_ended_by_itself_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "a.parquet")
    code = "from newsdesk.rows import parquet_process as p;"
    code += " p.SECONDS_IDLE = 0; p.main()"
    monkeypatch.setattr(parquet_worker, "idle", [])
    with monkeypatch.context() as patch:
        patch.setattr(parquet_worker, "COMMAND", (sys.executable, "-c", code))
        idle = parquet_worker.Worker()
    assert idle.process.wait() == 0
    parquet_worker.idle.append(idle)
    assert len(values(file)) == ROWS
    assert parquet_worker.idle == [idle]


@pytest.mark.slow
def test_damaged_bits(tmp_path: Path) -> None:
    rng = random.Random(12)
    whole = Path(write(tmp_path / "a.parquet", other=OTHERS["struct"])).read_bytes()
    file = tmp_path / "b.parquet"
    for _ in range(100):
        content = bytearray(whole)
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        file.write_bytes(content)
        try:
            assert len(list(read_rows(str(file)))) == ROWS
        except DataError as error:
            assert str(error).startswith(f"{file}: ")


def test_space_around_the_name_of_a_column_is_removed(tmp_path: Path) -> None:
    file = str(tmp_path / "a.parquet")
    columns = {" text ": ["one"], "label\n": ["a"], "more": [1]}
    parquet.write_table(pyarrow.table(columns), file)
    assert columns_of(file) == ("text", "label", "more")
    (row,) = read_rows(file, needed=["text", "label"])
    assert row == Row(file, 1, {"text": "one", "label": "a"})
