"""`init` prints its decisions, warns about odd data, and refuses unusable files."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from newsdesk.config.load import load
from newsdesk.errors import NewsdeskError
from newsdesk.rows.readers import Layout, Row, read_rows
from pipeline.cli import app
from pipeline.commands import init as init_command
from pipeline.predict.texts import Unusable, rows

Init = Callable[..., str]


@pytest.fixture
def init(tmp_path: Path) -> Init:
    """Runs `init`; returns its output, or its error."""

    def run(file: Path, *arguments: str) -> str:
        command = ["init", str(file), "--to", str(tmp_path / "to"), *arguments]
        result: Result = CliRunner().invoke(app, command)
        if isinstance(result.exception, NewsdeskError):
            return str(result.exception)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


@pytest.mark.parametrize(
    ("name", "header", "labels"),
    [
        (
            "b1_header_is_value.csv",
            "text, spam; if it is a row",
            ["ham", "spam"],
        ),
        ("b2_header_numbers.csv", "0, 1", ["neg", "pos"]),
        ("b4_text_named_text.csv", "text, label", ["neg", "pos"]),
        ("msg.csv", "text, label", ["ham", "spam"]),
        ("spam.csv", "text, spam; if it is a row", ["ham", "spam"]),
    ],
)
def test_the_header_is_a_header(
    shared: Path, tmp_path: Path, init: Init, name: str, header: str, labels: list[str]
) -> None:
    printed = init(shared / "cases" / "w03_header_guess" / name)
    assert f"header   the first row names the columns: {header}" in printed
    data = load(tmp_path / "to" / "newsdesk.toml").data
    assert (data.labels, data.columns) == (labels, [])


def test_predict_finds_the_columns_that_init_found(
    shared: Path, tmp_path: Path, init: Init
) -> None:
    folder = shared / "cases" / "w03_header_guess"
    init(folder / "spam.csv")
    data = load(tmp_path / "to" / "newsdesk.toml").data
    found = list(rows(str(folder / "spam_new.csv"), data.text_columns))
    assert len(found) == 5 and all(isinstance(one, str) for one in found)
    assert "has only the column 'text'" in init(folder / "spam_new.csv")


def test_a_missing_header_is_reported_and_can_be_overridden(
    tmp_path: Path, init: Init
) -> None:
    rows = "".join(f"{'ab'[n % 2]},a text with number {n}\n" for n in range(10))
    (tmp_path / "rows.csv").write_text(rows)
    printed = init(tmp_path / "rows.csv")
    assert "header   none: the columns are named column_1, column_2; if" in printed
    assert "add --header\n" in printed
    printed = init(tmp_path / "rows.csv", "--header", "--force")
    assert "header   the first row names the columns: a, a text" in printed
    printed = init(tmp_path / "rows.csv", "--no-header", "--force")
    assert "header   none: the columns are named column_1, column_2\n" in printed


def test_odd_labels_are_named_and_nothing_is_merged(
    shared: Path, tmp_path: Path, init: Init
) -> None:
    printed = init(shared / "cases" / "w06_nan_class" / "c5_labels_case_nan.csv")
    assert "'N/A' (13), 'None' (15), 'nan' (12) look like missing values" in printed
    assert "'SPORT' (10), 'Sport' (10), 'sport' (14) differ only in case" in printed
    assert (
        "unused   59 of 120 rows (49.2%) cannot be used (59 have no label)" in printed
    )
    assert "set data.max_bad_rows = 0.5\n" in printed
    written = tmp_path / "to" / "newsdesk.toml"
    assert load(written).data.labels == ["Arts", "SPORT", "Sport", "arts", "sport"]
    comments = [line for line in written.read_text().splitlines() if line[:1] == "#"]
    assert any("look like missing values" in line for line in comments)
    assert any("data.max_bad_rows = 0.5" in line for line in comments)


def test_texts_with_several_labels_that_stop_a_run_say_so(
    tmp_path: Path, init: Init
) -> None:
    rows = "".join(f"{'ab'[n % 2]},a text with number {n}\n" for n in range(96))
    (tmp_path / "rows.csv").write_text(f"label,text\n{rows}a,one text\nb,one text\n")
    printed = init(tmp_path / "rows.csv")
    assert "text (`run` stops above 5% of such rows)\n" in printed
    twice = "a,one text\nb,one text\n" * 8
    (tmp_path / "rows.csv").write_text(f"label,text\n{rows}{twice}")
    printed = init(tmp_path / "rows.csv", "--force")
    assert "`run` stops above 5% of such rows, and these are 14% (gate." in printed


def test_one_number_is_one_label(tmp_path: Path, init: Init) -> None:
    rows = "".join(f"{('1', '2', '1.0')[n % 3]},text number {n}\n" for n in range(12))
    (tmp_path / "rows.csv").write_text(f"label,text\n{rows}")
    printed = init(tmp_path / "rows.csv")
    assert "'1.0' (4), '1' (4) are the same number; both are read as '1'" in printed
    assert "label    label: 1 (8), 2 (4)\n" in printed


@pytest.mark.parametrize(
    ("name", "rows"), [("d1_nan.jsonl", 17), ("e06_float_nan_label.parquet", 20)]
)
def test_nan_of_parquet_is_not_a_label(
    shared: Path, tmp_path: Path, init: Init, name: str, rows: int
) -> None:
    printed = init(shared / "cases" / "w06_nan_class" / name)
    assert f"({rows} have no label)" in printed
    data = load(tmp_path / "to" / "newsdesk.toml").data
    assert data.labels == ["0.0", "1.0"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("c6_labels_multi.csv", "'label' has several labels in one cell, such as"),
        ("d4_pretty.json", "writes each JSON object over several lines, .* jq -c"),
        ("d5_array_after_blank.json", "is a JSON array, .* jq -c"),
        ("d6_list_label.jsonl", "'label' contains a list of one value; write"),
        ("d7_nested.jsonl", r"'doc' contains an object \(doc.text\); write doc."),
        (
            "e07_list_label.parquet",
            "'label' contains a list of one value; write the value",
        ),
        ("e29_hive", "names of its folders contain the column 'label' .* pandas"),
        ("f3_two_sentences.tfrecord", "'text' contains a list of 2 values instead of"),
        ("g7_spark_escape.csv", "10 of 30 rows cannot be read .*Spark's default"),
    ],
)
def test_a_refused_file_is_explained(
    shared: Path, init: Init, name: str, sentence: str
) -> None:
    printed = init(shared / "cases" / "w10_sentences" / name)
    assert re.search(sentence, printed), printed
    assert name in printed and "\n" not in printed


def test_a_separator_in_a_label_can_be_allowed(shared: Path, init: Init) -> None:
    file = shared / "cases" / "w10_sentences" / "c6_labels_multi.csv"
    assert "label    label: a (8), a,b (1)" in init(file, "--label", "label")


def test_a_file_below_a_hive_folder(shared: Path, init: Init) -> None:
    (file,) = (shared / "cases" / "w10_sentences" / "e29_hive").glob("label=neg/*")
    assert "folder label=neg contains the column 'label'" in init(file)


def test_one_text_with_several_labels_is_shown(shared: Path, init: Init) -> None:
    printed = init(shared / "cases" / "w10_sentences" / "contradict.csv")
    assert "300 rows contain 150 texts that have different labels" in printed


def test_quotes_that_enclose_cells_of_tsv(tmp_path: Path, init: Init) -> None:
    rows = "".join(f'"he said ""no {n}"""\t"{"ab"[n % 2]}"\n' for n in range(20))
    file = tmp_path / "all.tsv"
    file.write_text('"text"\t"label"\n' + rows)
    assert "(init: --quoting standard)" in init(file)
    printed = init(file, "--quoting", "standard")
    assert "label    label: a (10), b (10)" in printed and "\ncheck " not in printed
    data = load(tmp_path / "to" / "newsdesk.toml").data
    found = [*read_rows(data.path, Layout.of(data))]
    assert isinstance(found[0], Row)
    assert found[0].values == {"text": 'he said "no 0"', "label": "a"}
    # pandas encloses only the cells that need it.
    file.write_text("text\tlabel\n" + rows.replace('\t"a"', "\ta"))
    assert "check    20 rows have a text in quotes" in init(file, "--force")
    assert "\ncheck " not in init(file, "--force", "--quoting", "standard")
    assert "use auto, standard or none" in init(file, "--quoting", "full")


def test_a_first_row_that_half_of_the_rows_repeat_is_not_a_header(
    tmp_path: Path, init: Init
) -> None:
    (tmp_path / "rows.csv").write_text("so good,pos\nvery bad,neg\n" * 30)
    printed = init(tmp_path / "rows.csv", "--text", "column_1", "--label", "column_2")
    assert "header   none: the columns are named column_1, column_2" in printed
    assert "rows     60, and 0 that cannot be read" in printed


def test_one_column_is_named(tmp_path: Path, init: Init) -> None:
    (tmp_path / "rows.csv").write_text("label\n" + "a\nb\n" * 9)
    assert "has only the column 'label'; a label and a text" in init(
        tmp_path / "rows.csv"
    )


def test_texts_without_spaces_are_named(shared: Path, init: Init) -> None:
    assert "100% of the texts have no spaces" in init(
        shared / "cases" / "zh_labels.csv"
    )
    printed = init(shared / "cases" / "zh_spaced.csv", "--force")
    assert "no spaces" not in printed and "\ncheck " not in printed


def test_rows_in_another_encoding_are_counted(tmp_path: Path, init: Init) -> None:
    good = "".join(f"{'ab'[n % 2]},plain text number {n}\n" for n in range(40))
    (tmp_path / "rows.csv").write_bytes(
        f"label,text\n{good}".encode() + b"a,\xfcber\n" + "b,über\n".encode()
    )
    printed = init(tmp_path / "rows.csv")
    assert "hint     1 of 42 rows cannot be read (row 42: is not valid" in printed
    assert "iconv -f WINDOWS-1252 -t UTF-8 > NEW.csv" in printed
    assert "unused   1 of 42 rows (2.4%) cannot be used (1 cannot be read)" in printed
    assert load(tmp_path / "to" / "newsdesk.toml").data.max_bad_rows == 0.03


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("d4_pretty.json", "writes each JSON object over several lines"),
        ("d5_array_after_blank.json", "is a JSON array"),
        ("d7_nested.jsonl", "there is doc.text inside an object"),
        ("f3_two_sentences.tfrecord", "'text' contains a list of 2 values"),
        ("g7_spark_escape.csv", "Spark's default"),
        ("g8_latin1.csv", "iconv -f WINDOWS-1252"),
    ],
)
def test_predict_gives_the_same_reason(shared: Path, name: str, sentence: str) -> None:
    file = shared / "cases" / "w10_sentences" / name
    try:
        found = [
            one.reason for one in rows(str(file), ["text"]) if isinstance(one, Unusable)
        ]
    except NewsdeskError as error:
        found = [str(error)]
    assert found and all(sentence in reason for reason in found)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("g2_excel_sep.csv", "format   semicolons between cells\n"),
        ("g3_semicolon.csv", "format   semicolons between cells\n"),
        ("g5_pipe.csv", "format   vertical bars between cells\n"),
        ("g8_latin1.csv", "format   Windows-1252, guessed by words such as 'ärger'"),
    ],
)
def test_delimiter_and_encoding_are_found(
    shared: Path, init: Init, name: str, found: str
) -> None:
    file = shared / "cases" / "w10_sentences" / name
    printed = init(file)
    assert found in printed and "0 that cannot be read" in printed


def test_too_small_classes_are_named_with_the_choices(
    tmp_path: Path, init: Init
) -> None:
    rows = "".join(f"{'ab'[n % 2]},text number {n}\n" for n in range(40))
    (tmp_path / "rows.csv").write_text(f"label,text\n{rows}c d,rare one\n")
    printed = init(tmp_path / "rows.csv")
    assert "check    'c d' (1): fewer than 3 different texts" in printed
    assert "(data.merge_labels), or leave them out (data.drop_labels)" in printed
    written = (tmp_path / "to" / "newsdesk.toml").read_text()
    assert '\n# drop_labels = ["c d"]\n' in written
    assert '\n# merge_labels = { "ANOTHER LABEL" = ["c d"] }\n' in written


def test_files_and_splits_are_named(tmp_path: Path, init: Init) -> None:
    rows = "label,text\n" + "".join(f"{'ab'[n % 2]},text {n}\n" for n in range(10))
    for name in ("train", "validation", "notes_of_users"):
        (tmp_path / f"{name}.csv").write_text(rows)
    printed = init(tmp_path)
    assert f"files    2 in {tmp_path}: train.csv, validation.csv\n" in printed
    assert (
        "splits   train = train.csv, eval = validation.csv (by the names of the "
        "files); not read: notes_of_users.csv\n" in printed
    )


def test_a_pattern_that_the_shell_has_expanded(tmp_path: Path) -> None:
    found = CliRunner().invoke(app, ["init", "a.csv", "b.csv"])
    assert "put a pattern in quotes" in str(found.exception)


AMBIGUOUS = "kind,side,title,body\n" + "".join(
    f"{'ab'[n % 2]},{'xy'[n // 2 % 2]},a title {n},a whole body {n}\n"
    for n in range(40)
)


@pytest.mark.parametrize(
    ("typed", "label", "text"),
    [("side\nbody\n", "side", ["body"]), ("kind\n\n", "kind", ["title", "body"])],
)
def test_a_terminal_is_asked_what_is_not_clear(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    label: str,
    text: list[str],
) -> None:
    (tmp_path / "rows.csv").write_text(AMBIGUOUS)
    monkeypatch.setattr(init_command, "is_interactive", lambda: True)
    command = ["init", str(tmp_path / "rows.csv"), "--to", str(tmp_path)]
    result = CliRunner().invoke(app, command, input=typed)
    assert result.exit_code == 0, result.output
    assert "  kind, for example: a\n  side, for example: x\n" in result.output
    assert "  title, for example: a title 0\n" in result.output
    data = load(tmp_path / "newsdesk.toml").data
    assert (data.label_column, data.text_columns) == (label, text)


def test_without_a_terminal_the_candidates_are_named(
    tmp_path: Path, init: Init
) -> None:
    (tmp_path / "rows.csv").write_text(AMBIGUOUS)
    assert "one of 'kind' (such as 'a'), 'side' (such as 'x') with --label" in init(
        tmp_path / "rows.csv"
    )


@pytest.mark.parametrize(
    ("column", "sentence"),
    [
        ("none", "has no column 'none'; its columns are"),
        ("text", "--slice text: Newsdesk uses this name itself; rename the column"),
    ],
)
def test_a_wrong_slice_is_refused(
    tmp_path: Path, init: Init, column: str, sentence: str
) -> None:
    rows = "".join(f"{'ab'[n % 2]},text number {n}\n" for n in range(40))
    (tmp_path / "rows.csv").write_text(f"label,text\n{rows}")
    assert sentence in init(tmp_path / "rows.csv", "--slice", column)
