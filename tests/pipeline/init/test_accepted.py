"""`run` uses the rows that `init` counted, with what `init` wrote."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2
from typer.testing import CliRunner

from components.text_example_gen import sources, splits
from newsdesk.config.data import Data
from newsdesk.config.load import load
from newsdesk.rows.labelling import Labelled, Labelling
from newsdesk.rows.readers import Layout, LineCount, Row, read_rows
from pipeline.cli import app

ROWS = [
    (f"{text} {number}", label, language)
    for number in range(20)
    for text, label, language in (
        ("Öl fällt; schon wieder", "Börse", "de"),
        ("a match, won", "Sport", "en"),
    )
]


def _delimited(delimiter: str, first: str = "") -> str:
    lines = [("text", "label", "language"), *ROWS]
    return first + "".join(
        delimiter.join(f'"{cell}"' for cell in line) + "\r\n" for line in lines
    )


def _json_lines() -> str:
    names = ("text", "label", "language")
    rows = (dict(zip(names, row, strict=True)) for row in ROWS)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@pytest.fixture
def accepted(tmp_path: Path) -> Callable[..., Data]:
    """Runs `init`, and reads the files as `run` does with what it wrote."""

    def run(path: str, *options: str) -> Data:
        to = tmp_path / "to"
        command = ["init", path, "--to", str(to), "--slice", "language", *options]
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 0, result.exception
        data = load(to / "newsdesk.toml").data
        rows = lost = 0
        for pattern in sources.resolve(*sources.input_of(data)).values():
            for file in sources.list_files(pattern):
                used = _labelled(file, data)
                rows, lost = rows + len(used), lost + used.count(False)
        assert lost / rows <= data.max_bad_rows
        assert f"rows     {rows}, and 0 that cannot be read" in result.stdout
        return data

    return run


def _labelled(file: str, data: Data) -> list[bool]:
    labelling, count, lines, used = Labelling.of(data), LineCount(), 0, []
    for row in read_rows(file, Layout.of(data), labelling.columns, count=count):
        assert isinstance(row, Row)
        used.append(isinstance(labelling.apply(row), Labelled))
        lines += row.lines
    count.check(file, lines)
    return used


@pytest.mark.parametrize(
    ("name", "content", "codec", "encoding", "delimiter"),
    [
        ("rows.csv", _delimited(","), "utf-8", "auto", "auto"),
        ("rows.csv", _delimited(";", "sep=;\r\n"), "windows-1252", None, ";"),
        ("rows.csv", _delimited("|"), "utf-16-le", "utf-16", "|"),
        ("rows.csv", _delimited("\t"), "utf-16", None, "\t"),
        ("rows.tsv", _delimited("\t"), "utf-16", None, "auto"),
        ("rows.tsv", _delimited(","), "utf-8", "auto", ","),
        ("rows.jsonl", _json_lines(), "windows-1252", None, "auto"),
    ],
)
def test_a_file(
    tmp_path: Path,
    accepted: Callable[..., Data],
    name: str,
    content: str,
    codec: str,
    encoding: str | None,
    delimiter: str,
) -> None:
    (tmp_path / name).write_bytes(content.encode(codec))
    data = accepted(str(tmp_path / name), "--quoting", "standard")
    assert (data.encoding, data.delimiter) == (encoding or codec, delimiter)
    assert data.labels == ["Börse", "Sport"]


@pytest.mark.parametrize(
    "path", ["days/{YYYY}-{MM}-{DD}", "days/{YYYY}-{MM}-{DD}/*.csv", "days/2026-02-01"]
)
def test_a_folder_or_a_pattern(
    tmp_path: Path, accepted: Callable[..., Data], path: str
) -> None:
    for day, name in (("2026-01-31", "a"), ("2026-02-01", "a"), ("2026-02-01", "b")):
        file = tmp_path / "days" / day / f"{name}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_delimited(","))
    assert accepted(str(tmp_path / path)).path == str(tmp_path / path)


def test_splits_and_rows_that_cannot_be_used(
    tmp_path: Path, accepted: Callable[..., Data]
) -> None:
    for name in ("train", "dev", "test"):
        empty = '"","Sport","en"\r\n' * (name == "train")
        (tmp_path / f"{name}.csv").write_text(_delimited(",") + empty)
    data = accepted(str(tmp_path))
    assert data.splits == {"train": "train.csv", "eval": "dev.csv", "test": "test.csv"}
    assert list(splits.divisions(data)) == ["train", "eval", "test"]
    assert data.max_bad_rows == 0.01


def test_slices_are_in_the_schema(
    tmp_path: Path, accepted: Callable[..., Data]
) -> None:
    (tmp_path / "rows.csv").write_text(_delimited(","))
    data = accepted(str(tmp_path / "rows.csv"))
    assert data.slice_columns == ["language"]
    schema = text_format.Parse(Path(data.schema_file).read_text(), schema_pb2.Schema())
    assert [feature.name for feature in schema.feature] == ["text", "label", "language"]


@pytest.mark.parametrize("path", [".", "../rows"])
def test_the_folder_of_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    folder = tmp_path / "rows"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("a", "b"):
        (folder / f"{name}.csv").write_text(_delimited(","))
    for _ in range(2):
        result = CliRunner().invoke(app, ["init", path, "--label", "label", "--force"])
        assert result.exit_code == 0, result.exception
        data = load("newsdesk.toml").data
        (pattern,) = sources.resolve(*sources.input_of(data)).values()
        assert len(sources.list_files(pattern)) == 2


def test_files_of_which_only_some_are_named_as_splits(
    tmp_path: Path, accepted: Callable[..., Data]
) -> None:
    for name in ("train.csv", "more.csv"):
        file = tmp_path / "rows" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(_delimited(","), encoding="utf-8")
    data = accepted(str(file.parent))
    assert len(sources.files_of(*sources.input_of(data))[splits.ALL]) == 2
