"""`run` reads the shared files, or explains in one sentence what they are."""

import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow
import pytest
import tensorflow as tf
from pyarrow import parquet

from components.text_example_gen.report import Report
from components.text_example_gen.row_reader import Source
from components.text_example_gen.sources import list_files
from components.text_example_gen.splits import Division
from components.text_example_gen.transforms import NOTES, ReadFiles
from newsdesk.config.sections import Config
from newsdesk.errors import DataError, GateError
from newsdesk.rows.remedies import remedies
from newsdesk.rows.row import BadRow

Notes = list[dict[str, Any]]


@pytest.fixture
def notes_of(make_config: Callable[..., Config]) -> Callable[..., Notes]:
    """The notes of a worker about a file: bad rows, faults, the number of rows."""

    def read(file: Path, labels: str = "neg pos", **settings: Any) -> Notes:
        columns = {"text_columns": ["text"], "label_column": "label"}
        data = make_config(data={**columns, "labels": labels.split(), **settings}).data
        source = Source(str(file), Division.by({"train": 1}))
        outputs = ReadFiles(data).process(source)
        return [json.loads(one.value) for one in outputs if one.tag == NOTES]

    return read


def reasons(notes: Notes) -> Counter[str]:
    """Lists the reasons of bad rows, and the faults of the file."""
    bad = [note["bad"]["reason"] for note in notes if "bad" in note]
    return Counter(bad + [note["fault"] for note in notes if "fault" in note])


@pytest.mark.parametrize(
    ("name", "rows", "quoting", "bad"),
    [
        ("dialog.tsv", 1000, "auto", 0),
        ("dialog.tsv", 1000, "standard", 40),
        ("a1_tsv_quote_pair.tsv", 40, "auto", 0),
        ("a1_tsv_quote_pair.tsv", 40, "standard", 1),
    ],
)
def test_quotes_that_pair_up_hide_no_row(
    shared: Path,
    notes_of: Callable[..., Notes],
    name: str,
    rows: int,
    quoting: str,
    bad: int,
) -> None:
    file = shared / "cases" / "w02_tsv_quotes" / name
    notes = notes_of(file, "a b c d neg pos", quoting=quoting)
    assert sum(note.get("rows", 0) for note in notes) == rows
    assert sum(reasons(notes).values()) == bad


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("d4_pretty.json", "writes each JSON object over several lines"),
        ("d5_array_after_blank.json", "is a JSON array"),
        ("g2_excel_sep.csv", ":1: is Excel's line sep=;, not a header"),
        ("g3_semicolon.csv", 'by semicolons, not by commas; set data.delimiter = ";"'),
        ("g5_pipe.csv", 'by vertical bars, not by commas; set data.delimiter = "|"'),
    ],
)
def test_other_form(
    shared: Path, notes_of: Callable[..., Notes], name: str, sentence: str
) -> None:
    notes = notes_of(shared / "cases" / "w10_sentences" / name)
    (fault,) = reasons(notes)
    assert sentence in fault and name in fault


@pytest.mark.parametrize(
    ("name", "rows", "sentence"),
    [
        ("w06_nan_class/d1_nan.jsonl", 17, "the label is empty"),
        ("w06_nan_class/e06_float_nan_label.parquet", 20, "the label is empty"),
        ("w10_sentences/d6_list_label.jsonl", 40, "contains a list of one value"),
        ("w10_sentences/d7_nested.jsonl", 40, "there is doc.text inside an object"),
        ("w10_sentences/e07_list_label.parquet", 200, "contains a list of one value"),
        ("w10_sentences/f3_two_sentences.tfrecord", 60, "contains a list of 2 values"),
    ],
)
def test_cells_that_are_not_one_value(
    shared: Path, notes_of: Callable[..., Notes], name: str, rows: int, sentence: str
) -> None:
    labels = "0.0 1.0" if "nan" in name else "neg pos"
    found = reasons(notes_of(shared / "cases" / name, labels))
    assert all(sentence in reason for reason in found)
    assert found.total() == rows


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("g7_spark_escape.csv", 'Hint: the file has \\" for a quote in a cell'),
        ("g8_latin1.csv", "Hint: if the file is in Latin-1 or Windows-1252"),
    ],
)
def test_the_cause_of_many_bad_rows(
    shared: Path,
    tmp_path: Path,
    notes_of: Callable[..., Notes],
    name: str,
    sentence: str,
) -> None:
    notes = notes_of(shared / "cases" / "w10_sentences" / name, "x y")
    lines = [json.dumps(note) + "\n" for note in notes]
    count = sum(note.get("rows", 0) - ("bad" in note) for note in notes)
    lines.append(json.dumps({"written": count, "split": "train"}) + "\n")
    (tmp_path / "notes").write_text("".join(lines))
    with pytest.raises(GateError) as caught:
        Report.of(str(tmp_path), ["train"]).check(0.001)
    assert str(caught.value).count(sentence) == 1


def test_folders_named_as_hive_names_them(
    shared: Path, notes_of: Callable[..., Notes]
) -> None:
    folder = shared / "cases" / "w10_sentences" / "e29_hive"
    with pytest.raises(
        DataError, match="names of its folders contain the column 'label'"
    ):
        list_files(str(folder))
    for file in folder.glob("*/*.parquet"):
        (fault,) = reasons(notes_of(file))
        assert f"its folder {file.parent.name} contains the column 'label'" in fault


def test_the_command_for_hive_folders_works(tmp_path: Path) -> None:
    import pandas

    for label in "ab":
        (tmp_path / f"label={label}").mkdir()
        table = pyarrow.table({"text": [f"text {label}"]})
        parquet.write_table(table, tmp_path / f"label={label}" / "0.parquet")
    with pytest.raises(DataError, match="pandas.read_parquet"):
        list_files(str(tmp_path))
    assert list(pandas.read_parquet(tmp_path).columns) == ["text", "label"]


def test_the_error_of_a_mixed_folder_has_the_odd_file(
    tmp_path: Path, notes_of: Callable[..., Notes]
) -> None:
    (tmp_path / "a.csv").write_text("text,label\none,neg\n")
    parquet.write_table(
        pyarrow.table({"text": ["two"], "label": ["pos"]}), tmp_path / "b.parquet"
    )
    (tmp_path / "c.csv").write_text("text,label\nthree,neg\n")
    (tmp_path / "README.md").write_text("Rows.\n")
    found = {
        Path(file).name: reasons(notes_of(Path(file)))
        for file in list_files(str(tmp_path))
    }
    (fault,) = found.pop("README.md")
    assert "README.md: its name does not say which format it has" in fault
    assert f"leave it out with data.path = '{tmp_path}/*.csv'" in fault
    assert not any(found.values())


def test_nested_columns_of_parquet_are_described(
    tmp_path: Path, notes_of: Callable[..., Notes]
) -> None:
    table = pyarrow.table(
        {
            "text": [{"body": {"plain": "a"}}, None],
            "label": [["neg", "pos"], []],
            "score": pyarrow.array([[1.0], [2.0]], pyarrow.list_(pyarrow.float64(), 1)),
        }
    )
    parquet.write_table(table, tmp_path / "rows.parquet")
    found = reasons(notes_of(tmp_path / "rows.parquet"))
    assert any("an object (text.body.plain)" in reason for reason in found)
    found = reasons(notes_of(tmp_path / "rows.parquet", text_columns=["score"]))
    assert all("'score' contains a list of one value" in reason for reason in found)


def test_typed_nan_is_an_empty_cell(
    tmp_path: Path, notes_of: Callable[..., Notes]
) -> None:
    parquet.write_table(
        pyarrow.table({"text": ["a", "b"], "label": [1.0, float("nan")]}),
        tmp_path / "rows.parquet",
    )
    example = tf.train.Example()
    example.features.feature["text"].bytes_list.value.append(b"a")
    example.features.feature["label"].float_list.value.append(float("nan"))
    with tf.io.TFRecordWriter(str(tmp_path / "rows.tfrecord")) as writer:
        writer.write(example.SerializeToString())
    for name in ("rows.parquet", "rows.tfrecord"):
        found = reasons(notes_of(tmp_path / name, "0.0 1.0"))
        assert found == {"the label is empty (label)": 1}


def test_commands_quote_the_path_for_the_shell(
    tmp_path: Path, notes_of: Callable[..., Notes]
) -> None:
    import gzip

    file = tmp_path / "my rows.csv.gz"
    file.write_bytes(gzip.compress(b"text;label\na, b;neg\nc;pos\n"))
    (fault,) = reasons(notes_of(file))
    assert shutil.which("zcat")
    command = fault.partition("convert it: ")[2]
    subprocess.run(command, shell=True, check=True, cwd=tmp_path)
    assert not reasons(notes_of(tmp_path / "NEW.csv"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("NEW.csv", '\ufeff"text";"label"\r\n"é\r\nb";neg\r\nc;pos\r\n'.encode()),
        ("l.csv", "text;label\né\x92, b;neg\nc;pos\n".encode("latin-1")),
        ("h.csv", "text,label,été\na,neg,\nc,pos,\n".encode("latin-1")),
        ("u.csv", "text,label\né,neg\nc,pos\n".encode("utf-16")),
        ("v.csv", "text,label\né,neg\nc,pos\n".encode("utf-32")),
        ("m.csv", "\ufefftext,label\ra,neg\rc,pos\r".encode()),
    ],
)
def test_the_suggested_commands_fix_the_file(
    tmp_path: Path, notes_of: Callable[..., Notes], name: str, content: bytes
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    for _ in range(3):
        said = [*reasons(notes_of(file))]
        rows = [BadRow(**note["bad"]) for note in notes_of(file) if "bad" in note]
        if not said:
            break
        (sentence,) = remedies(rows) or said
        command = sentence.partition(": ")[2].partition("convert")[2].partition(": ")[2]
        command = command or sentence.rpartition("convert it: ")[2]
        # In the C locale, Python would also accept output that is not UTF-8.
        strict = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}
        subprocess.run(command, shell=True, check=True, cwd=tmp_path, env=strict)
        file = tmp_path / command.rpartition("> ")[2]
    assert not said and file.stat().st_size
