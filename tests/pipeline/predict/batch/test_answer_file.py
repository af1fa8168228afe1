"""A file is answered with a file that has every row in order."""

import csv
import gc
import gzip
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from typer.testing import CliRunner, Result

from newsdesk.errors import ConfigError, DataError, NewsdeskError
from newsdesk.rows.readers import Layout
from pipeline.cli import app
from pipeline.predict.answers import Answerer
from pipeline.predict.batch import rows as batch_rows
from pipeline.predict.batch.answer_file import answer_file
from pipeline.predict.batch.columns import Rules
from pipeline.predict.batch.rows import InputRow
from pipeline.predict.batch.windows import WINDOW, answered
from tests.support import lengths_model

ROWS = "id,body\n1,a longer text\n2,\n3,tiny\n4,x,y\n"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that predicts `long` for texts above five bytes, else `short`."""
    folder = tmp_path_factory.mktemp("model")
    lengths_model.save(folder, {"text_columns": ["body"]})
    return folder


def _predict(model: Path, file: Path, out: Path, *words: str) -> Result:
    given = ["--model", str(model), "--file", str(file), "--out", str(out)]
    return CliRunner().invoke(app, ["predict", *given, *words])


def _written(out: Path) -> list[dict[str, Any]]:
    if out.suffix == ".csv":
        with open(out, encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))
    if out.suffix == ".parquet":
        found: list[dict[str, Any]] = pyarrow.parquet.read_table(out).to_pylist()
        return found
    return [json.loads(line) for line in out.read_text().splitlines()]


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl.gz", "parquet"])
def test_all_columns_are_kept_in_order(
    model: Path, tmp_path: Path, kind: str, suffix: str
) -> None:
    file, out = tmp_path / f"in.{kind}", tmp_path / f"out.{suffix}"
    rows = [{"id": "1", "body": "a longer text"}, {"id": "2", "body": 'a "é"'}]
    if kind == "parquet":
        table = pyarrow.Table.from_pylist(rows)
        pyarrow.parquet.write_table(table, file)
    elif kind == "jsonl.gz":
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        file.write_bytes(gzip.compress(lines.encode()))
    elif kind == "tsv":
        file.write_text('id\tbody\n1\ta longer text\n2\ta "é"\n')
    else:
        file.write_text('id,body\n1,a longer text\n2,"a ""é"""\n')
    done = _predict(model, file, out)
    assert done.exit_code == 0, done.output
    found = _written(out)
    assert [{key: row[key] for key in ("id", "body")} for row in found] == rows
    assert [list(row)[2:] for row in found] == [["label", "probability"]] * 2
    assert [(row["label"], float(row["probability"])) for row in found] == [
        ("long", 0.75),
        ("long", 0.75),
    ]
    assert sorted(tmp_path.iterdir()) == sorted([file, out])


def test_bad_rows_are_counted_and_named(model: Path, tmp_path: Path) -> None:
    file, out = tmp_path / "in.csv", tmp_path / "out.csv"
    file.write_text(ROWS)
    done = _predict(model, file, out)
    assert done.exit_code == 1
    assert [row["id"] for row in _written(out)] == ["1", "3"]
    bad = _written(tmp_path / "out.quarantine.jsonl")
    assert [(row["row"], row["content"]) for row in bad] == [
        (3, {"id": "2", "body": ""}),
        (5, "4,x,y\n"),
    ]
    assert bad[1]["reason"].startswith(f"{file}:5: has 3 cells, but 2 are expected")

    file.write_text("id,body\n1,good\n")
    assert _predict(model, file, out).exit_code == 0
    assert not (tmp_path / "out.quarantine.jsonl").exists()


def test_lines_of_a_text_file_are_the_column_text(model: Path, tmp_path: Path) -> None:
    file, out = tmp_path / "in.txt", tmp_path / "out.jsonl"
    file.write_text("a longer text\ntiny\n")
    assert _predict(model, file, out).exit_code == 0
    assert [(row["text"], row["label"]) for row in _written(out)] == [
        ("a longer text", "long"),
        ("tiny", "short"),
    ]


def test_more_labels_and_no_label_below_a_limit(model: Path, tmp_path: Path) -> None:
    file, out = tmp_path / "in.csv", tmp_path / "out.csv"
    file.write_text("body\ntiny\n")
    words = ("--top-k", "3", "--min-probability", "0.8", "--abstain", "nothing")
    assert _predict(model, file, out, *words).exit_code == 0
    assert out.read_text() == (
        "body,label,probability,label_2,probability_2,label_3,probability_3\n"
        "tiny,nothing,0.75,long,0.25,,\n"
    )


def test_a_label_of_the_input_is_kept(model: Path, tmp_path: Path) -> None:
    file, out = tmp_path / "in.csv", tmp_path / "out.csv"
    file.write_text("label,body\nmine,tiny\n")
    assert _predict(model, file, out).exit_code == 0
    assert out.read_text() == (
        "label,body,predicted_label,predicted_probability\nmine,tiny,short,0.75\n"
    )
    file.write_text("label,predicted_label,body\nmine,yours,tiny\n")
    assert isinstance(_predict(model, file, out).exception, DataError)


@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
def test_a_column_that_comes_late(model: Path, tmp_path: Path, suffix: str) -> None:
    late = [
        InputRow("in", 2, {"body": "b", "more": "c"}, "b"),
        InputRow("in", 3, {"body": "b", "label": "c"}, "b"),
    ]
    first = InputRow("in", 1, {"body": "a"}, "a")
    out = tmp_path / f"out.{suffix}"
    counts = answer_file([first] * WINDOW + late, out, Answerer(model), Rules())
    assert counts.bad == (1 if suffix == "jsonl" else 2)
    why = "label" if suffix == "jsonl" else "more"
    assert f"has the column '{why}', which" in counts.first_bad


def test_windows_are_sorted_inside_and_stay_in_order() -> None:
    asked: list[str] = []

    class Model:
        def answers(
            self, texts: Iterator[str], covered: bool
        ) -> Iterator[dict[str, Any]]:
            assert not covered
            for text in texts:
                asked.append(text)
                yield {"label": text}

    texts = ["x" * (7 * number % 100 + 1) for number in range(WINDOW + 10)]
    rows = (InputRow("in", n, {"body": text}, text) for n, text in enumerate(texts))
    read = 0

    def counted() -> Iterator[InputRow]:
        nonlocal read
        for row in rows:
            read += 1
            yield row

    windows = answered(counted(), Model())  # type: ignore[arg-type]
    found = next(windows)
    assert (len(found), read) == (WINDOW, WINDOW)
    assert asked == sorted(asked)
    found += next(windows)
    assert [answer["label"] for _, answer in found if answer] == texts
    assert [row.number for row, _ in found] == list(range(WINDOW + 10))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--out", "out.csv"], "--out needs --file"),
        (["--file", "in.csv", "--top-k", "2"], "need --out FILE"),
    ],
)
def test_options_without_their_file_are_refused(words: list[str], message: str) -> None:
    done = CliRunner().invoke(app, ["predict", *words])
    assert done.exit_code == 2
    assert message in done.output


def test_a_wrong_output_is_refused(model: Path, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text("body\ntiny\n")
    same = _predict(model, file, tmp_path / "." / "in.csv").exception
    assert isinstance(same, ConfigError) and "is also the input" in str(same)
    other = _predict(model, file, tmp_path / "out.xlsx").exception
    assert isinstance(other, ConfigError) and "end in .csv, .jsonl" in str(other)
    gone = _predict(model, file, tmp_path / "gone" / "out.csv").exception
    assert isinstance(gone, ConfigError) and "is not a folder" in str(gone)


def test_a_file_without_a_usable_row_leaves_no_output(
    model: Path, tmp_path: Path
) -> None:
    file, out = tmp_path / "in.csv", tmp_path / "out.csv"
    file.write_text("body,id\n ,1\n")
    error = _predict(model, file, out).exception
    assert isinstance(error, NewsdeskError)
    assert (
        f"none of the 1 rows can be classified, so nothing was written; the first "
        f"is {file}:2: the text is empty" in str(error)
    )
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_command_leaves_no_output(
    model: Path, tmp_path: Path, number: int, repository: Path
) -> None:
    out = tmp_path / "out.csv"
    code = """if True:
        import itertools, sys, time
        from pathlib import Path
        from pipeline.interrupt import interruptible
        from pipeline.predict.answers import Answerer
        from pipeline.predict.batch.answer_file import answer_file
        from pipeline.predict.batch.columns import Rules
        from pipeline.predict.batch.rows import InputRow
        rows = (InputRow("in", n, {"body": "a"}, "a") for n in itertools.count())
        with interruptible():
            answer_file(
                rows, Path(sys.argv[2]), Answerer(Path(sys.argv[1])), Rules(),
                lambda rows: print(rows, flush=True),
            )
    """
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(model), str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(repository)},
    )
    assert process.stdout is not None
    assert process.stdout.readline()
    process.send_signal(number)
    process.communicate()
    left = [path.name for path in tmp_path.iterdir()]
    assert not out.exists()
    assert number == signal.SIGKILL or left == []


def test_a_parquet_file_is_read_with_all_columns(tmp_path: Path) -> None:
    file = tmp_path / "in.parquet"
    table = pyarrow.table({"id": [1, None], "body": ["a", "b"], "tags": [["x"], []]})
    pyarrow.parquet.write_table(table, file)
    found = list(batch_rows.read(str(file), ["body"], Layout()))
    assert [row.cells for row in found] == [
        {"id": "1", "body": "a"},
        {"id": "", "body": "b"},
    ]


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_a_stopped_command_prints_no_traceback(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    (tmp_path / "in.csv").write_text(ROWS)
    rows = batch_rows.read(str(tmp_path / "in.csv"), ["body"], Layout("auto"))
    unraisable: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", unraisable.append)

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    out = tmp_path / f"out.{suffix}"
    with pytest.raises(KeyboardInterrupt):
        answer_file(rows, out, Answerer(model), Rules(), stop)
    gc.collect()
    assert not unraisable
    assert [file.name for file in tmp_path.iterdir()] == ["in.csv"]
